"""Does augmentation help? A race that answers it, and MixUp and Cutout by arithmetic, on numbers one can check."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from imgcls.recipe import Choice, Recipe, Training

#: What the race tries, one at a time.
CHANGES = ("flip", "shift", "rotate", "cutout", "mixup")
#: Shares of 3,500 training images: augmentation is for those who have few.
SHARES = (0.03, 0.1, 0.3)
#: A hundred images in batches of ten: some two seconds on two cores.
_BASE = Recipe(training=Training(epochs=15, batch_size=10))


def race(names: Iterable[str] = CHANGES, share: float = SHARES[0]) -> dict[str, Recipe]:
    """The same network, seed and images: first as they are, then with each of these changes alone.

    Args:
        names: of augmentations; share: of the training images, 0 to 1.

    Returns:
        "" → without; name → with that one.
    """
    base = _BASE.model_copy(update={"subset": share})
    with_one = {name: base.model_copy(update={"augmentation": (Choice(name=name),)}) for name in names}
    return {"": base, **with_one}


def mixed(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    """x̃ = λ·x_i + (1 − λ)·x_j, float64 of the same shape; labels are mixed the same way.

    Zhang, Cissé, Dauphin, Lopez-Paz 2018, mixup, https://arxiv.org/abs/1710.09412

    Args:
        first, second: alike in shape; share: λ, 0 to 1.
    """
    return np.asarray(share * first.astype(float) + (1 - share) * second.astype(float))


def square(size: tuple[int, int], centre: tuple[int, int], side: int) -> np.ndarray:
    """The cells that Cutout hides: a square around its centre, cut off at the edge; bool (h, w).

    DeVries, Taylor 2017, Improved Regularization of Convolutional Neural Networks with Cutout,
    https://arxiv.org/abs/1708.04552

    Args:
        size: (h, w); centre: (row, column); side: in cells, 0 hides nothing.
    """
    rows, columns = np.ogrid[: size[0], : size[1]]
    top, left = centre[0] - side // 2, centre[1] - side // 2
    return np.asarray((rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side))


def cut_out(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A copy with zeros where the mask is; (h, w, c)."""
    covered = image.copy()
    covered[mask] = 0
    return covered


def cost(answer: np.ndarray, label: np.ndarray) -> float:
    """What an answer costs under a mixed label: its cross-entropy, −Σ y_c · log p_c, in nats.

    Args:
        answer: probabilities of the classes, above 0, together 1; label: shares of the classes, together 1.

    Example:
        >>> round(cost(np.array([0.7, 0.3]), np.array([0.7, 0.3])), 2)
        0.61
    """
    return float(-(label * np.log(answer)).sum())
