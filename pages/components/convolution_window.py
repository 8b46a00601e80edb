"""A kernel over a small grey picture, ready for the browser."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.lessons.convolution import Window, convolve, padded
from pages.components.sliding import sliding

#: The frame: seen on black, on white and on every colour between.
MARK = "#E8A200"


def window_over(
    key: str,
    picture: np.ndarray,
    kernel: np.ndarray,
    window: Window,
    *,
    cell: tuple[int, int] = (0, 0),
    hidden: bool = False,
    kernel_version: str | None = None,
) -> Any:
    """Show the window over `picture` (h, w) and its result; what the browser sent of the kernel.

    Args:
        kernel_version: the kernel can be changed, and what is sent bears this name; None: it is fixed.

    Raises:
        InputError: the window has no place in the picture.
    """
    x = picture[..., None]
    result = convolve(x, kernel[..., None], window)
    data = {
        "x": padded(x, window)[..., 0].tolist(),
        "pad": [window.pads(picture.shape[0])[0], window.pads(picture.shape[1])[0]],
        "inner": list(picture.shape),
        "y": result.round(4).tolist(),
        "signed": bool(result.min() < -1e-9 or result.max() > 1 + 1e-9),
        "side": window.kernel,
        "stride": window.stride,
        "dilation": window.dilation,
        "mode": "sum",
        "kernel": kernel.round(6).tolist(),
        "kernel_version": kernel_version or "",
        "editable": kernel_version is not None,
        "cell": list(cell),
        "version": f"{picture.tobytes().hex()[:64]} {window}",
        "hidden": hidden,
        "accent": MARK,
    }
    return sliding(key, data)
