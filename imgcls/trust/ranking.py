"""Every method that fits a network, measured on the same images: one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.explain import engine_scores, methods
from imgcls.explain.explain import settings_of
from imgcls.explain.registry import Family, Method, Size
from imgcls.trust.curves import MAP, curves
from imgcls.trust.pointing import Pointing, centre_hits, moved, pointing
from imgcls.trust.price import passes_of_row
from imgcls.trust.question import WHOLE, Progress, Question, nobody, pieces
from imgcls.trust.randomised import Forgetful, randomised
from imgcls.trust.stability import stability

#: What heavy methods are given to do: enough to see a difference, little enough to wait for.
LIGHTER: dict[str, dict[str, Any]] = {
    "rise": {"masks": 200},
    "lime": {"samples": 200},
    "occlusion": {"stride": 1.0},
    "smoothgrad": {"samples": 10},
    "integrated-gradients": {"steps": 16},
}
#: Images on which dependence and steadiness are measured: each takes explanations of its own, and a few tell.
CLOSELY = 4


@dataclass(frozen=True)
class Row:
    """One method on some images; means, None where nothing could be measured.

    Args:
        method: its name.
        dependence: 1 − |Spearman| after all weights were shuffled: 1 means it depends on what was learned.
        deletion, insertion: areas under the curves; of the first little is good, of the second much.
        steadiness: Spearman under noise that is hardly seen.
        hits, energy: pointing game and heat in the object, where masks are known.
        seconds: for one image.
        drawn: share of images that had a map.
    """

    method: str
    dependence: float | None
    deletion: float | None
    insertion: float | None
    steadiness: float | None
    hits: float | None
    energy: float | None
    seconds: float
    drawn: float


@dataclass(frozen=True)
class Ranking:
    """The rows, and what they are held against where masks are known: how often the centre and a random place hit.

    `known` of the moved pictures were right, and took part in the pointing game.
    """

    rows: list[Row]
    centre: float | None = None
    chance: float | None = None
    known: int | None = None


def ranking(
    model: Any,
    images: np.ndarray,
    labels: np.ndarray,
    masks: np.ndarray | None,
    values: tuple[float, float] = (0.0, 1.0),
    layer: str | None = None,
    progress: Progress = nobody,
    copy: Forgetful | None = None,
) -> Ranking:
    """A row for each method that draws a map of this network, in the registry's order.

    Each explains what the model predicts; where masks are known, the pointing game explains the true class of moved
    pictures.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        labels: `(n,)`, the true classes.
        masks: bool `(n, h, w)`, where the object is; None where nobody knows.
        copy: of the model, where there is one already.
    """
    known = list(_fitting(model, layer))
    predicted = engine_scores(model, images).argmax(axis=1)
    copy = copy or Forgetful(model)
    pointed = None if masks is None else _right(model, moved(images, masks), labels)
    tellers = pieces(progress, [_passes(model, one, layer, images, masks is not None) for one in known])
    rows = []
    for one, teller in zip(known, tellers, strict=True):
        questions = [
            Question(model, image, int(target), one.name, layer, LIGHTER.get(one.name, {}), None, values)
            for image, target in zip(images, predicted, strict=True)
        ]
        rows.append(_row(questions, pointed, copy, teller))
    progress(WHOLE, WHOLE)
    if pointed is None:
        return Ranking(rows)
    shown = pointed[2]
    if not len(shown):
        return Ranking(rows, known=0)
    return Ranking(rows, centre_hits(shown), float(shown.mean()), len(shown))


_Pictures = tuple[np.ndarray, np.ndarray, np.ndarray]


def _right(model: Any, pictures: tuple[np.ndarray, np.ndarray], labels: np.ndarray) -> _Pictures:
    """Of these pictures and masks those that the network knows: images, labels, masks."""
    images, masks = pictures
    right = engine_scores(model, images).argmax(axis=1) == labels
    return images[right], labels[right], masks[right]


def fitting(has_layer: bool, has_relu: bool) -> Iterable[Method]:
    """The methods that draw a map of such a network."""
    for known in methods():
        if known.family != Family.SYNTHESIS and known.misfit(has_layer, has_relu) is None:
            yield known


def passes_of_each(known: Method, size: Size) -> int:
    """How many images pass through the network for one map of this table."""
    return known.passes(settings_of(known, LIGHTER.get(known.name, {})), size)


def _fitting(model: Any, layer: str | None) -> Iterable[Method]:
    from imgcls.explain import engine

    return fitting((layer or engine.default_layer(model)) is not None, engine.has_relu(model))


def _passes(model: Any, known: Method, layer: str | None, images: np.ndarray, has_masks: bool) -> int:
    from imgcls.explain import engine

    channels = {entry["name"]: entry["shape"][2] for entry in engine.explainable_layers(model)}
    size = Size(images.shape[1], images.shape[2], int(channels.get(layer or engine.default_layer(model), 0)))
    return passes_of_row(passes_of_each(known, size), len(images), CLOSELY, has_masks)


def _row(questions: list[Question], pointed: _Pictures | None, copy: Forgetful, progress: Progress) -> Row:
    first = questions[0]
    found: dict[str, list[float]] = {"dependence": [], "deletion": [], "insertion": [], "steadiness": []}
    seconds, drawn = [], 0
    # the four images that are looked at closely take longer, and so may the pointing game
    weights = [4.0 if place < CLOSELY else 1.0 for place in range(len(questions))]
    tellers = pieces(progress, [*weights, len(questions) / 2 if pointed is not None else 0.0])
    for place, (question, teller) in enumerate(zip(questions, tellers, strict=False)):
        parts = pieces(teller, [1.0, 2.0, 1.0, 1.0])
        explanation = question.explain(progress=parts[0])[0]
        seconds.append(explanation.seconds)
        drawn += explanation.drawn
        if not explanation.drawn:
            continue
        both = curves(question, explanation.raw, parts[1])
        found["deletion"].append(both.area("deletion", MAP))
        found["insertion"].append(both.area("insertion", MAP))
        if place < CLOSELY:
            last = randomised(question, 0, parts[2], explanation, copy, (1.0,))[-1].correlation
            found["dependence"].append(1.0 if last is None else 1 - last)
            mean = stability(question, 0, parts[3], explanation).mean
            found["steadiness"] += [] if mean is None else [mean]
    game = _pointed(first, pointed, tellers[-1])
    means = {name: float(np.mean(values)) if values else None for name, values in found.items()}
    return Row(
        first.method,
        **means,
        hits=None if game is None else game.hits,
        energy=None if game is None or np.isnan(game.energy) else game.energy,
        seconds=float(np.median(seconds)),
        drawn=drawn / len(questions),
    )


def _pointed(first: Question, pointed: _Pictures | None, progress: Progress) -> Pointing | None:
    if pointed is None or not len(pointed[0]):
        return None
    images, labels, masks = pointed
    given = first.method, first.layer, first.options, first.values
    return pointing(first.model, images, labels, masks, *given, progress)
