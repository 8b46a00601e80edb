"""Some images of a data set to try augmentations on, and what their mixed labels say in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgcls.datasets import ImageSet, Part

#: Shares below this are not told.
LEAST_SHARE = 0.01


def examples(images: ImageSet, count: int, seed: int) -> np.ndarray:
    """Places of images that could be trained on: one of each class before any class has two.

    Of more classes than `count` some are drawn.

    Args:
        images: where to choose.
        count: how many; fewer if there are not as many.
        seed: another seed, other images.

    Returns:
        int64, (n,), by class.
    """
    random = np.random.default_rng([seed, 0xE6])
    free = np.ones(len(images), bool) if images.parts is None else images.parts != Part.TEST
    places = random.permutation(np.flatnonzero(free))
    labels = images.labels[places]
    # how many of its class come before it in this order: 0 for the first of each class
    turn = np.zeros(len(places), np.int64)
    for label in np.unique(labels):
        turn[labels == label] = np.arange((labels == label).sum())
    chosen = places[np.argsort(turn, kind="stable")[:count]]
    return chosen[np.argsort(images.labels[chosen], kind="stable")]


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels int (n,) → float32 (n, classes)."""
    return np.eye(classes, dtype=np.float32)[labels]


def mixture(shares: np.ndarray, class_names: Sequence[str]) -> list[str]:
    """A label as its parts, the largest first, of at least one percent; one part alone is just its name.

    Names that begin with a digit stand in quotation marks: 0.7 3 is no number.

    Args:
        shares: (classes,), together 1.

    Example:
        >>> mixture(np.array([0.7, 0.3]), ["cat", "dog"])
        ['0.7 cat', '0.3 dog']
        >>> mixture(np.array([0.0, 1.0]), ["cat", "dog"])
        ['dog']
    """
    order = [place for place in np.argsort(-shares, kind="stable") if shares[place] >= LEAST_SHARE]
    if len(order) == 1 and shares[order[0]] >= 1 - LEAST_SHARE / 2:
        return [class_names[order[0]]]
    return [f"{_number(float(shares[place]))} {_quoted(class_names[place])}" for place in order]


def _number(share: float) -> str:
    return f"{share:.2f}".rstrip("0").rstrip(".")


def _quoted(name: str) -> str:
    return f"“{name}”" if name[:1].isdigit() else name
