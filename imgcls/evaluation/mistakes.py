"""Which images a network gets wrong, and what it takes them for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.evaluation.kept import Kept


@dataclass(frozen=True)
class Pair:
    """Images of one class that are taken for another: their number, and their share of their class."""

    true: int
    predicted: int
    count: int
    share: float


def confused_pairs(matrix: np.ndarray, most: int) -> list[Pair]:
    """The cells off the diagonal of a confusion matrix with the most images, at most so many."""
    counts = np.asarray(matrix).copy()
    totals = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    flat = np.argsort(-counts, axis=None, kind="stable")[:most]
    cells = [divmod(int(place), len(counts)) for place in flat]
    return [
        Pair(true, predicted, int(counts[true, predicted]), float(counts[true, predicted] / totals[true]))
        for true, predicted in cells
        if counts[true, predicted]
    ]


def in_cell(kept: Kept, true: int, predicted: int) -> np.ndarray:
    """Places (m,) of the test images of one class that are taken for another, the surest first."""
    places = np.flatnonzero((kept.labels == true) & (kept.predicted == predicted))
    return places[np.argsort(-kept.confidence[places], kind="stable")]


def hardest(kept: Kept, most: int) -> np.ndarray:
    """Places (m,) of the test images with the highest loss, right or wrong, the highest first."""
    return np.argsort(-kept.losses, kind="stable")[:most]


def confident_mistakes(kept: Kept, most: int) -> np.ndarray:
    """Places (m,) of the wrong answers, the surest first."""
    wrong = np.flatnonzero(~kept.correct)
    return wrong[np.argsort(-kept.confidence[wrong], kind="stable")][:most]
