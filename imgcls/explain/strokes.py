"""Strokes of a brush → the pixels that they cover."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw

#: `r`, the brush's radius as a share of the picture's width; `p`, x and y in turn, as shares of width and height.
Stroke = dict[str, Any]

#: Masks are drawn this much larger and reduced, so that a brush thinner than a pixel still counts.
_FINER = 8


def mask_of(strokes: list[Stroke], size: tuple[int, ...]) -> np.ndarray | None:
    """The painted pixels of a picture of `size` (height, width); None if there are none."""
    if not strokes:
        return None
    height, width = size[0], size[1]
    finer = max(1, min(_FINER, 2048 // max(height, width)))
    page = Image.new("L", (width * finer, height * finer))
    draw = ImageDraw.Draw(page)
    for stroke in strokes:
        radius = max(0.5, stroke["r"] * page.width)
        pairs = zip(stroke["p"][::2], stroke["p"][1::2], strict=True)
        path = [(x * (page.width - 1), y * (page.height - 1)) for x, y in pairs]
        draw.line(path, fill=255, width=max(1, round(2 * radius)), joint="curve")
        for x, y in (path[0], path[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    covered = np.asarray(page, np.float32).reshape(height, finer, width, finer).mean(axis=(1, 3)) > 127
    return covered if covered.any() else None
