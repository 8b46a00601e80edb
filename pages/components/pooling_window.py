"""A pooling window over a small grey picture, ready for the browser."""

from __future__ import annotations

import numpy as np

from imgcls.lessons.convolution import Window, padded
from imgcls.lessons.pooling import SHIFTS, Kind, change_under_shifts, pool, shifted
from pages.components.convolution_window import MARK
from pages.components.sliding import sliding


def pooling_over(key: str, picture: np.ndarray, window: Window, kind: Kind, cell: tuple[int, int] = (0, 0)) -> None:
    """Show the window over `picture` (h, w) and what it keeps.

    Raises:
        InputError: the window has no place in the picture.
    """
    real = padded(np.ones_like(picture)[..., None], window)[..., 0] > 0
    cells = padded(picture[..., None], window)[..., 0].astype(object)
    cells[~real] = None
    data = {
        # what pads a picture does not count in pooling: no number, or the page would show another sum than it has
        "x": cells.tolist(),
        "pad": [window.pads(picture.shape[0])[0], window.pads(picture.shape[1])[0]],
        "inner": list(picture.shape),
        "y": pool(picture, window, kind).round(4).tolist(),
        "signed": False,
        "side": window.kernel,
        "stride": window.stride,
        "dilation": 1,
        "mode": kind,
        "kernel": [],
        "kernel_version": "",
        "editable": False,
        "cell": list(cell),
        "version": f"{picture.tobytes().hex()[:64]} {window} {kind}",
        "hidden": False,
        "accent": MARK,
    }
    sliding(key, data)


def changes(picture: np.ndarray, window: Window, kind: Kind) -> tuple[float, float]:
    """How much of the picture, and of what pooling keeps of it, changes when it moves by one cell; over four ways."""
    moved = [picture, *(shifted(picture, *by) for by in SHIFTS)]
    return change_under_shifts(moved), change_under_shifts([pool(one, window, kind) for one in moved])
