"""What the measures ask again and again: the same explanation of another picture, or by another model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from imgcls.explain import Explanation, explain

#: Told (done, total); may raise `Cancelled`.
Progress = Callable[[int, int], None]


def nobody(done: int, total: int) -> None:
    """For those who do not ask how far it is."""


#: The parts that the whole of some work is told in.
WHOLE = 1000


def within(progress: Progress, begin: float, end: float) -> Progress:
    """Tells of a piece of some work as its part of the whole, `begin` to `end`, shares from 0 to 1.

    So the whole is told to grow from 0 to `WHOLE`, however its pieces count themselves.
    """

    def told(done: int, total: int) -> None:
        share = min(1.0, done / total) if total else 0.0
        progress(int(WHOLE * (begin + (end - begin) * share)), WHOLE)

    return told


def pieces(progress: Progress, weights: Sequence[float]) -> list[Progress]:
    """One listener for each piece of some work, pieces of these weights one after the other."""
    ends = np.cumsum([0.0, *weights]) / max(sum(weights), 1e-12)
    return [within(progress, float(begin), float(end)) for begin, end in pairwise(ends)]


@dataclass(frozen=True)
class Question:
    """One method about one class of one image.

    Args:
        model: a flat graph with logits; never changed.
        image: `(h, w, c)` float32, as the model takes it.
        target: the class.
        method, layer, options, against: as `imgcls.explain.explain` takes them.
        values: what a black and a white pixel are in `image`.
    """

    model: Any
    image: np.ndarray
    target: int
    method: str
    layer: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    against: int | None = None
    values: tuple[float, float] = (0.0, 1.0)

    def explain(
        self, images: np.ndarray | None = None, model: Any = None, progress: Progress = nobody
    ) -> list[Explanation]:
        """The same question about other images `(n, h, w, c)`, or to another model."""
        return explain(
            self.model if model is None else model,
            self.image[None] if images is None else images,
            self.target,
            method=self.method,
            layer=self.layer,
            options=self.options,
            against=self.against,
            values=self.values,
            progress=progress,
        )


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's rank correlation of two maps of one shape, -1 to 1; None where one of them is the same everywhere."""
    from scipy.stats import rankdata

    if one.shape != other.shape or not one.size or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return None
    first, second = rankdata(one), rankdata(other)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
