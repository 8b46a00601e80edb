"""Every method that fits a network, measured on the same images: one row each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from imgcls.explain import engine_scores, method, methods
from imgcls.explain.registry import Family
from imgcls.trust.curves import MAP, curves
from imgcls.trust.pointing import pointing
from imgcls.trust.question import Progress, Question, nobody
from imgcls.trust.randomised import randomised
from imgcls.trust.stability import stability

#: What heavy methods are given to do: enough to see a difference, little enough to wait for.
LIGHTER: dict[str, dict[str, Any]] = {
    "rise": {"masks": 200},
    "lime": {"samples": 200},
    "occlusion": {"stride": 1.0},
    "smoothgrad": {"samples": 10},
    "integrated-gradients": {"steps": 16},
}


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


def ranking(
    model: Any,
    images: np.ndarray,
    labels: np.ndarray,
    masks: np.ndarray | None,
    values: tuple[float, float] = (0.0, 1.0),
    layer: str | None = None,
    progress: Progress = nobody,
) -> list[Row]:
    """A row for each method that draws a map of this network, in the registry's order.

    Each explains what the model predicts; where masks are known, the pointing game explains the true class.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        labels: `(n,)`, the true classes.
        masks: bool `(n, h, w)`, where the object is; None where nobody knows.
    """
    fitting = list(_fitting(model, layer))
    predicted = engine_scores(model, images).argmax(axis=1)
    total = len(fitting) * len(images)
    rows = []
    for place, name in enumerate(fitting):
        questions = [
            Question(model, image, int(target), name, layer, LIGHTER.get(name, {}), None, values)
            for image, target in zip(images, predicted, strict=True)
        ]
        rows.append(_row(questions, labels, masks, partial(_tell, progress, place * len(images), total)))
    progress(total, total)
    return rows


def _tell(progress: Progress, before: int, whole: int, done: int, total: int) -> None:
    progress(before + done, whole)


def _fitting(model: Any, layer: str | None) -> Iterator[str]:
    from imgcls.explain import engine

    place, relu = layer or engine.default_layer(model), engine.has_relu(model)
    for known in methods():
        if known.family != Family.SYNTHESIS and known.misfit(place is not None, relu) is None:
            yield known.name


def _row(questions: list[Question], labels: np.ndarray, masks: np.ndarray | None, progress: Progress) -> Row:
    first = questions[0]
    images = np.stack([question.image for question in questions])
    found: dict[str, list[float]] = {"dependence": [], "deletion": [], "insertion": [], "steadiness": []}
    seconds, drawn = [], 0
    for place, question in enumerate(questions):
        progress(place, len(questions))
        explanation = question.explain()[0]
        seconds.append(explanation.seconds)
        drawn += explanation.drawn
        if not explanation.drawn:
            continue
        both = curves(question, explanation.map)
        found["deletion"].append(both.area("deletion", MAP))
        found["insertion"].append(both.area("insertion", MAP))
        if place < 4:  # these take a model of their own, or explain five times: a few images tell
            last = randomised(question)[-1].correlation
            found["dependence"].append(1.0 if last is None else 1 - last)
            mean = stability(question).mean
            found["steadiness"] += [] if mean is None else [mean]
    pointed = None
    if masks is not None:
        pointed = pointing(first.model, images, labels, masks, first.method, first.layer, first.options, first.values)
    means = {name: float(np.mean(values)) if values else None for name, values in found.items()}
    energy = None if pointed is None or np.isnan(pointed.energy) else pointed.energy
    return Row(
        first.method,
        **means,
        hits=None if pointed is None else pointed.hits,
        energy=energy,
        seconds=float(np.median(seconds)),
        drawn=drawn / len(questions),
    )


def title(name: str) -> str:
    """The method's title, marked for translation where it is registered."""
    return method(name).title
