"""Rare classes: a race of what is done about them, and by arithmetic what an accuracy leaves open."""

from __future__ import annotations

import numpy as np

from imgcls.recipe import Choice, Imbalance, Recipe, Training

#: What is done about rare classes, the first of them nothing.
STRATEGIES = ("none", "class-weights", "oversampling", "augment-rare")
#: What the rare classes keep of their training images.
RATIOS = (0.02, 0.05, 0.1, 0.3)
#: Two digits that look alike: in half of the training images, some three seconds on two cores.
RARE = ("8", "9")
_BASE = Recipe(subset=0.5, training=Training(epochs=5))


def race(ratio: float = RATIOS[0]) -> dict[str, Recipe]:
    """Strategy → the same network, seed and images, of which two classes keep this share."""
    base = _BASE.model_copy(update={"imbalance": Imbalance(kind="rare", ratio=ratio, classes=RARE)})
    return {name: base.model_copy(update={"balance": Choice(name=name)}) for name in STRATEGIES}


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
