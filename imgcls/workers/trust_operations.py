"""What the inference worker can say about how far a map can be believed. Each is slow and says how far it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from imgcls import imagenet
from imgcls.errors import RunStateError
from imgcls.explain import method
from imgcls.explain.explain import settings_of
from imgcls.explain.registry import Size
from imgcls.language import N_
from imgcls.models import TrainedModel, load_trained
from imgcls.runs import get_run
from imgcls.trust import completeness, curves, pointing, randomised, ranking, stability
from imgcls.trust.price import passes_of_checks
from imgcls.trust.question import Question, pieces
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]


#: The checks in the order in which they are made.
_ORDER = ("original", "randomised", "curves", "stability")


def trust_map(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, `method`, `class`, one uint8 `image` (h, w, c) → all measures of one map.

    Optional: `layer`, `against`, `options`. Facts: `randomised` (rows of layers, status, correlation), `curves` (areas,
    beats), `stability`, `completeness` (None for other methods), and a `verdict` with each. Arrays: `stages` (4, h, w),
    `shares` (points,), and `deletion` and `insertion` (3, points) in the order map, centre, random.
    """
    trained = load_trained(arguments["model"])
    question = _question(trained, arguments, arrays["image"])
    weights = passes_of_checks(_passes(question))
    first, second, third, fourth = pieces(tell, [weights[name] for name in _ORDER])
    found = question.explain(progress=first)[0]
    stages = randomised.randomised(question, progress=second, original=found, copy=_forgetful(trained))
    both = curves.curves(question, found.raw, progress=third)
    steady = stability.stability(question, progress=fourth, original=found)
    facts: dict[str, Any] = {
        "randomised": {
            "rows": [
                {"layers": stage.layers, "status": str(stage.status), "correlation": stage.correlation}
                for stage in stages
            ],
            "verdict": randomised.verdict(stages),
        },
        "curves": {
            **{
                curve: {order: both.area(curve, order) for order in (curves.MAP, curves.CENTRE, curves.CHANCE)}
                for curve in curves.CURVES
            },
            "verdict": curves.verdict(both),
        },
        "stability": {"mean": steady.mean, "same_answer": steady.same_answer, "verdict": stability.verdict(steady)},
        "completeness": None,
    }
    if method(question.method).name == "integrated-gradients":
        complete = completeness.completeness(question, found)
        facts["completeness"] = {**asdict(complete), "gap": complete.gap, "verdict": completeness.verdict(complete)}
    orders = (curves.MAP, curves.CENTRE, curves.CHANCE)
    return facts, {
        "stages": np.stack([stage.map for stage in stages]).astype(np.float32),
        "shares": both.shares.astype(np.float32),
        "deletion": np.stack([both.deletion[order] for order in orders]).astype(np.float32),
        "insertion": np.stack([both.insertion[order] for order in orders]).astype(np.float32),
    }


def trust_pointing(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` (a run), `method`, `count`; optional `layer`, `options` → `Pointing` over test images, moved."""
    trained = load_trained(arguments["model"])
    images, labels, masks = _test_images(trained, int(arguments["count"]))
    if masks is None:
        raise RunStateError(N_("Expected a data set that knows where its objects are. This one has no masks."))
    images, masks = pointing.moved(images, masks)
    found = pointing.pointing(
        trained.keras_model,
        trained.inputs(images),
        labels,
        masks,
        arguments["method"],
        arguments.get("layer"),
        arguments.get("options"),
        trained.card.values,
        tell,
    )
    return {**asdict(found), "verdict": pointing.verdict(found)}, {}


def trust_ranking(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model` (a run), `count` → `rows`, one for each method that fits, over so many test images.

    Where masks are known also how often `centre` and `chance` hit, and how many of the moved pictures were `known`.
    """
    trained = load_trained(arguments["model"])
    images, labels, masks = _test_images(trained, int(arguments["count"]))
    found = ranking.ranking(
        trained.keras_model,
        trained.inputs(images),
        labels,
        masks,
        trained.card.values,
        progress=tell,
        copy=_forgetful(trained),
    )
    return {**asdict(found), "images": len(images), "masks": masks is not None}, {}


_copies: dict[tuple[str, str], randomised.Forgetful] = {}


def _forgetful(trained: TrainedModel) -> randomised.Forgetful:
    """The copy that forgets, kept for the next check of the same model: to copy and trace takes longer than to ask.

    One is kept, and only the slow line asks for it.
    """
    key = (trained.card.name, trained.card.version)
    if key not in _copies:
        _copies.clear()
        _copies[key] = randomised.Forgetful(trained.keras_model)
    return _copies[key]


def _question(trained: TrainedModel, arguments: dict[str, Any], image: np.ndarray) -> Question:
    return Question(
        trained.keras_model,
        trained.inputs(image[None])[0],
        int(arguments["class"]),
        arguments["method"],
        arguments.get("layer"),
        arguments.get("options") or {},
        arguments.get("against"),
        trained.card.values,
    )


def _passes(question: Question) -> int:
    """How many images pass through the network for one map."""
    from imgcls.explain import engine

    shapes = {entry["name"]: entry["shape"] for entry in engine.explainable_layers(question.model)}
    layer = question.layer or engine.default_layer(question.model)
    height, width = question.image.shape[:2]
    size = Size(height, width, int(shapes[layer][2]) if layer in shapes else 0)
    known = method(question.method)
    return known.passes(settings_of(known, question.options), size)


def _test_images(trained: TrainedModel, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Test images of the run, evenly from the whole test part: images, labels, and masks where they are known."""
    from imgcls.training.data import run_data

    if trained.card.name == imagenet.NAME:
        raise RunStateError(N_("Expected a run with a test set. ImageNet's own is not on board."))
    test = run_data(get_run(trained.card.name).recipe).test
    places = np.unique(np.linspace(0, len(test) - 1, min(count, len(test))).round().astype(int))
    part = test.take(places)
    return part.images, part.labels, part.masks


TRUST_OPERATIONS = {"trust_map": trust_map, "trust_pointing": trust_pointing, "trust_ranking": trust_ranking}
