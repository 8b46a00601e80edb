"""Convolution with the numbers of the page: what Keras's `Conv2D` computes, in plain numpy.

As in every deep-learning library it is a cross-correlation: the kernel is not flipped.

Dumoulin, V. and Visin, F. (2016), A guide to convolution arithmetic for deep learning: https://arxiv.org/abs/1603.07285
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from imgcls.errors import InputError
from imgcls.language import N_

Padding = Literal["valid", "same"]

TOO_LARGE = N_(
    "The kernel covers {covered} cells a side, the picture has only {side}: there is no place where it fits. "
    "Take a smaller kernel, less dilation, a larger picture, or “same” padding."
)
BOTH = N_(
    "A stride of {stride} and a dilation of {dilation} together: Keras computes one or the other, not both. "
    "Set one of them to 1."
)


@dataclass(frozen=True)
class Window:
    """How a kernel goes over a picture.

    Args:
        kernel: cells a side.
        stride: cells from one place to the next.
        padding: "valid": only where it fits; "same": zeros around the picture, so that stride 1 keeps its size.
        dilation: cells from one weight to the next.
    """

    kernel: int
    stride: int = 1
    padding: Padding = "valid"
    dilation: int = 1

    @property
    def covered(self) -> int:
        """Cells a side from the first weight to the last."""
        return self.dilation * (self.kernel - 1) + 1

    def pads(self, side: int) -> tuple[int, int]:
        """Zeros before and after a side; with an odd number of them, one more stands after."""
        if self.padding == "valid":
            return 0, 0
        total = max((-(-side // self.stride) - 1) * self.stride + self.covered - side, 0)
        return total // 2, total - total // 2

    def places(self, side: int) -> int:
        """How many places there are along a side: the side of the result; 0 where it never fits."""
        return max(0, (side + sum(self.pads(side)) - self.covered) // self.stride + 1)

    def check(self, side: int) -> None:
        """Refuse what has no result.

        Raises:
            InputError: it never fits, or Keras has no such operation.
        """
        if self.stride > 1 and self.dilation > 1:
            raise InputError(BOTH, stride=self.stride, dilation=self.dilation)
        if self.places(side) < 1:
            raise InputError(TOO_LARGE, covered=self.covered, side=side)


def padded(x: np.ndarray, window: Window) -> np.ndarray:
    """`x` (h, w, c) with the zeros that `window` puts around it."""
    return np.pad(x, [window.pads(x.shape[0]), window.pads(x.shape[1]), (0, 0)])


def patch(x: np.ndarray, window: Window, row: int, column: int) -> np.ndarray:
    """What the kernel covers at one place of the result: (kernel, kernel, c)."""
    around = padded(x, window)
    top, left, step = row * window.stride, column * window.stride, window.dilation
    return around[top : top + window.covered : step, left : left + window.covered : step]


def convolve(x: np.ndarray, kernel: np.ndarray, window: Window, bias: float = 0.0) -> np.ndarray:
    """y(i, j) = Σ x(i + p, j + q, c) · k(p, q, c) + b.

    Args:
        x: float (h, w, c).
        kernel: float (k, k, c).

    Returns:
        float64 (h', w').

    Raises:
        InputError: as `Window.check`.
    """
    window.check(min(x.shape[:2]))
    around, step, stride = padded(x.astype(float), window), window.dilation, window.stride
    height, width = window.places(x.shape[0]), window.places(x.shape[1])
    result = np.full((height, width), float(bias))
    for p in range(window.kernel):
        for q in range(window.kernel):
            top, left = p * step, q * step
            seen = around[top : top + stride * height : stride, left : left + stride * width : stride]
            result += seen @ kernel[p, q].astype(float)
    return result


# -- kernels with a name


def identity(side: int) -> np.ndarray:
    """1 in the middle: the picture comes out as it went in."""
    kernel = np.zeros((side, side))
    kernel[(side - 1) // 2, (side - 1) // 2] = 1.0
    return kernel


def blur(side: int) -> np.ndarray:
    """The mean of all that is covered."""
    return np.full((side, side), 1 / side**2)


def vertical_edges(side: int) -> np.ndarray:
    """Right minus left."""
    return np.tile(np.sign(np.arange(side) - (side - 1) / 2), (side, 1))


def horizontal_edges(side: int) -> np.ndarray:
    """Below minus above."""
    return vertical_edges(side).T


def outline(side: int) -> np.ndarray:
    """How far a cell differs from those around it."""
    return side**2 * (identity(side) - blur(side))


def sharpen(side: int) -> np.ndarray:
    """The picture, and twice how far each cell differs from the mean around it."""
    return identity(side) + 2 * (identity(side) - blur(side))


def emboss(side: int) -> np.ndarray:
    """Light from above on the left: below and right minus above and left, and the picture itself."""
    along = np.arange(side) - (side - 1) / 2
    return np.sign(along[:, None] + along[None, :]) + identity(side)


KERNELS: dict[str, Callable[[int], np.ndarray]] = {
    "vertical": vertical_edges,
    "horizontal": horizontal_edges,
    "outline": outline,
    "blur": blur,
    "sharpen": sharpen,
    "emboss": emboss,
    "identity": identity,
}
