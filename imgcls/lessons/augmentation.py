"""MixUp and Cutout by arithmetic, on pictures whose numbers one can check."""

from __future__ import annotations

import numpy as np


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
