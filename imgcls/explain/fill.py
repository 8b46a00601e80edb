"""What stands in the place of what is hidden."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from imgcls.language import N_

#: `black`, `grey` (half way to white), `mean` (of the picture, each channel for itself), `blur` (of the picture).
Fill = Literal["black", "grey", "mean", "blur"]

#: Standard deviation of the blur, as a share of the shorter side: objects go, the mood of the picture stays.
BLUR = 0.1


def fill_field(usual: Fill) -> Fill:
    """The option with which a method lets its reader choose."""
    field: Fill = Field(
        usual,
        title=N_("hidden behind"),
        description=N_("What replaces hidden pixels. No choice is neutral: compare two of them."),
    )
    return field


def filled(images: np.ndarray, fill: Fill, values: tuple[float, float]) -> np.ndarray:
    """The images with everything hidden.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        values: what black and white are in them.

    Returns:
        An array of the same shape, float32.
    """
    low, high = values
    if fill == "blur":
        from scipy.ndimage import gaussian_filter  # takes half a second to import, and every page imports this file

        sigma = BLUR * min(images.shape[1:3])
        return gaussian_filter(images, (0, sigma, sigma, 0)).astype(np.float32)
    if fill == "mean":
        return np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape).astype(np.float32)
    return np.full_like(images, low if fill == "black" else (low + high) / 2)
