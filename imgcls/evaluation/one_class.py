"""One class against the rest: what a threshold on its probability finds, and what it takes for it by mistake.

The receiver operating characteristic and its area (Hanley and McNeil 1982), precision against recall and the average
precision: as scikit-learn computes them, to the last digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class OneClass:
    """What every threshold on the score of one class gives, from the strictest to the one that takes all.

    Args:
        thresholds: float64 (m,), falling; an image is taken for the class if its score is at least this. The first is
            infinite: it takes none.
        found: float64 (m,), share of the class's images that are taken for it (recall, true-positive rate).
        false_alarms: float64 (m,), share of the other images that are taken for it (false-positive rate).
        precision: float64 (m,), share of what is taken for it that is it; 1 where nothing is taken.
    """

    thresholds: np.ndarray
    found: np.ndarray
    false_alarms: np.ndarray
    precision: np.ndarray

    @property
    def area(self) -> float:
        """Under the ROC curve: how often an image of the class has a higher score than another one. 0.5 is chance."""
        return float(np.trapezoid(self.found, self.false_alarms))

    @property
    def average_precision(self) -> float:
        """Σ (Rₙ − Rₙ₋₁) Pₙ; chance is the share of the class."""
        return float(np.sum(np.diff(self.found) * self.precision[1:]))

    def at(self, threshold: float) -> int:
        """The place of a threshold: what it takes is what the images with at least this score are."""
        return int(np.flatnonzero(self.thresholds >= threshold)[-1])


def one_class(scores: np.ndarray, positive: np.ndarray) -> OneClass | None:
    """All thresholds that make a difference; None where all images, or none, are of the class.

    Images of one score are taken together or not at all.

    Args:
        scores: (n,), of the class.
        positive: bool (n,), whether an image is of the class.
    """
    scores, positive = np.asarray(scores, np.float64), np.asarray(positive, bool)
    there = int(positive.sum())
    if not 0 < there < len(positive):
        return None
    order = np.argsort(-scores, kind="stable")
    sorted_scores = scores[order]
    last = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
    hits = np.cumsum(positive[order])[last]
    taken = np.flatnonzero(last) + 1
    zero = [0.0]
    return OneClass(
        thresholds=np.concatenate([[np.inf], sorted_scores[last]]),
        found=np.concatenate([zero, hits / there]),
        false_alarms=np.concatenate([zero, (taken - hits) / (len(positive) - there)]),
        precision=np.concatenate([[1.0], hits / taken]),
    )


def areas(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area under the ROC curve and average precision of every class against the rest, float64 (classes,) each.

    Not a number for a class that has no images, or all of them.

    Args:
        scores: (n, classes).
        labels: int64 (n,).
    """
    found = [one_class(scores[:, label], labels == label) for label in range(scores.shape[1])]
    nothing = float("nan")
    return (
        np.array([nothing if one is None else one.area for one in found]),
        np.array([nothing if one is None else one.average_precision for one in found]),
    )
