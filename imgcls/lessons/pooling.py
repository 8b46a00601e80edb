"""Pooling with the numbers of the page: what Keras's `MaxPooling2D` and `AveragePooling2D` compute, in plain numpy."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imgcls.errors import InputError
from imgcls.language import N_
from imgcls.lessons.convolution import Window, padded

Kind = Literal["max", "mean"]

_PLACE = r"x(s\,i+p,\;s\,j+q)"
#: Of a window of k × k cells with stride s, where it lies within the picture.
FORMULAS: dict[Kind, str] = {
    "max": rf"y(i,j)=\max_{{0\le p,q<k}} {_PLACE}",
    "mean": rf"y(i,j)=\frac{{1}}{{k^2}}\sum_{{0\le p,q<k}} {_PLACE}",
}
#: One below the other.
BOTH_FORMULAS = r"\begin{gathered}" + r"\\[0.4em] ".join(FORMULAS.values()) + r"\end{gathered}"

#: One cell up, down, left and right.
SHIFTS = ((-1, 0), (1, 0), (0, -1), (0, 1))

TOO_LARGE = N_(
    "The window covers {covered} cells a side, the picture has only {side}: there is no place where it fits. "
    "Take a smaller window, a larger picture, or “same” padding."
)


def pool(x: np.ndarray, window: Window, kind: Kind) -> np.ndarray:
    """The largest value, or the mean, of each window.

    Padding never counts: the largest is of real cells, the mean is divided by their number.

    Args:
        x: float (h, w).

    Returns:
        float64 (h', w').

    Raises:
        InputError: the window never fits.
    """
    if window.places(min(x.shape)) < 1:
        raise InputError(TOO_LARGE, covered=window.kernel, side=min(x.shape))
    filler = -np.inf if kind == "max" else 0.0
    pads = [window.pads(side) for side in x.shape]
    around = np.pad(x.astype(float), pads, constant_values=filler)
    real = padded(np.ones_like(x)[..., None], window)[..., 0]
    found = np.empty([window.places(side) for side in x.shape])
    for row, column in np.ndindex(*found.shape):
        top, left = row * window.stride, column * window.stride
        here = np.s_[top : top + window.kernel, left : left + window.kernel]
        found[row, column] = around[here].max() if kind == "max" else around[here].sum() / real[here].sum()
    return found


def shifted(x: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """`x` (h, w) or (h, w, c) moved down and to the right; what comes in at the edge is black."""
    moved = np.zeros_like(x)
    height, width = x.shape[:2]
    into = np.s_[max(0, rows) : height + min(0, rows), max(0, columns) : width + min(0, columns)]
    out_of = np.s_[max(0, -rows) : height + min(0, -rows), max(0, -columns) : width + min(0, -columns)]
    moved[into] = x[out_of]
    return moved


def change_under_shifts(maps: list[np.ndarray]) -> float:
    """Mean change of the first map under the others, over its mean size: 0 unchanged, 1 as large as the map itself."""
    size = float(np.abs(maps[0]).mean())
    return float(np.mean([np.abs(other - maps[0]).mean() for other in maps[1:]])) / size if size else 0.0


def dense_parameters(side: int, channels: int, units: int) -> int:
    """Weights and biases of a dense layer behind maps of `side` × `side` cells.

    >>> dense_parameters(5, 64, 64)
    102464
    """
    return side * side * channels * units + units
