"""Rare classes by arithmetic: what an accuracy leaves open, and what class weights do about it."""

from __future__ import annotations

import numpy as np


def found_of_rare(images: int, rare: int, right: int) -> tuple[int, int]:
    """How many of the rare class may be among the right answers: at least and at most.

    At least what is left of the right answers when all common images are right; at most all of them.

    Args:
        images: of both classes; rare: of the rare one; right: answers, all at most `images`.

    Example:
        >>> found_of_rare(1000, 50, 950)
        (0, 50)
    """
    return max(0, right - (images - rare)), min(rare, right)


def accuracy_of_never(images: int, rare: int) -> float:
    """The accuracy of a network that never names the rare class."""
    return (images - rare) / images


def class_weights(counts: np.ndarray) -> np.ndarray:
    """w_c = N / (K · n_c), float64 (K,): every class then weighs the same, and the mean over the images is 1.

    King, Zeng 2001, Logistic Regression in Rare Events Data, https://doi.org/10.1093/oxfordjournals.pan.a004868

    Args:
        counts: images of each class, (K,), at least 1 each.
    """
    return np.asarray(counts.sum() / (len(counts) * counts.astype(float)))


def shares(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each class's share of the loss, if all images cost the same: n_c · w_c over their sum, float64 (K,)."""
    weighed = counts * weights
    return np.asarray(weighed / weighed.sum())
