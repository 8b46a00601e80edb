"""Convolution kernels as a picture: blue takes away, red adds, white does nothing."""

from __future__ import annotations

import numpy as np

#: Blue – white – red, centred on zero (the ends of Okabe and Ito's blue and vermillion).
NEGATIVE, ZERO, POSITIVE = (np.array(colour, float) for colour in ((0, 114, 178), (255, 255, 255), (213, 94, 0)))


def signed_colours(values: np.ndarray, limit: float | None = None) -> np.ndarray:
    """Signed numbers as colours: uint8, (…, 3); white is 0, full colour is ±`limit` (the largest by default)."""
    limit = limit or float(np.abs(values).max(initial=0)) or 1.0
    share = np.clip(values / limit, -1, 1)[..., None]
    return np.rint(ZERO + np.abs(share) * (np.where(share < 0, NEGATIVE, POSITIVE) - ZERO)).astype(np.uint8)


def filter_sheet(
    kernels: np.ndarray,
    columns: int = 8,
    cell: int = 12,
    gap: int = 6,
    paper: int = 255,
    limit: float | None = None,
) -> np.ndarray:
    """All kernels of a layer in rows, each averaged over its input channels.

    Args:
        kernels: float32, (height, width, channels, filters).
        columns: kernels in a row.
        cell: pixels a side of one weight; gap: pixels between kernels.
        paper: grey of the gaps, 0…255.
        limit: the weight of full colour; None: the largest of these.

    Returns:
        uint8, (h, w, 3).
    """
    height, width, _, count = kernels.shape
    flat = kernels.mean(axis=2)
    colours = signed_colours(flat, limit)
    rows = -(-count // columns)
    sheet = np.full((rows * (height * cell + gap) - gap, columns * (width * cell + gap) - gap, 3), paper, np.uint8)
    for place in range(count):
        top, left = place // columns * (height * cell + gap), place % columns * (width * cell + gap)
        one = colours[:, :, place].repeat(cell, axis=0).repeat(cell, axis=1)
        sheet[top : top + height * cell, left : left + width * cell] = one
    return sheet
