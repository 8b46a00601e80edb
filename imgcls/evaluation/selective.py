"""Answering only where one is sure: coverage against accuracy.

El-Yaniv and Wiener 2010, On the Foundations of Noise-free Selective Classification; Geifman and El-Yaniv 2017,
https://arxiv.org/abs/1705.08500.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Answered:
    """What happens if the network says “not sure” below a threshold.

    Args:
        answered: images that it answers.
        right: of them, how many rightly.
        silenced_right: right answers that it keeps to itself.
        silenced_wrong: wrong answers that it keeps to itself.
    """

    answered: int
    right: int
    silenced_right: int
    silenced_wrong: int

    @property
    def coverage(self) -> float:
        return self.answered / (self.answered + self.silenced_right + self.silenced_wrong)

    @property
    def accuracy(self) -> float | None:
        """Of the answered ones; None if there are none."""
        return self.right / self.answered if self.answered else None


def answered_from(confidence: np.ndarray, correct: np.ndarray, threshold: float) -> Answered:
    """Only images with a confidence of at least `threshold` are answered; (n,) and bool (n,)."""
    sure = np.asarray(confidence) >= threshold
    right = np.asarray(correct, bool)
    return Answered(int(sure.sum()), int((sure & right).sum()), int((~sure & right).sum()), int((~sure & ~right).sum()))


def coverage_curve(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coverage and accuracy, float64 (m,) each, for every threshold that makes a difference, from one image to all.

    Images of equal confidence are answered together or not at all, so m is the number of different confidences.
    """
    order = np.argsort(-np.asarray(confidence), kind="stable")
    sorted_confidence = np.asarray(confidence)[order]
    right = np.cumsum(np.asarray(correct, bool)[order])
    counts = np.arange(1, len(order) + 1)
    last = np.append(sorted_confidence[1:] != sorted_confidence[:-1], True)
    return counts[last] / len(order), right[last] / counts[last]
