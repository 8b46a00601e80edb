"""Patch times kernel, number by number, as a drawing: one row for each channel."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from imgcls.figures.colours import ink, readable
from imgcls.figures.filters import signed_colours
from imgcls.figures.layout import FONT

_CELL_WIDTH, _CELL_HEIGHT, _APART, _SIGN, _TOTAL = 52, 30, 22, 34, 150
_HEAD = 26


def products_svg(
    patch: np.ndarray, kernel: np.ndarray, names: Sequence[str], heads: tuple[str, str, str], dark: bool
) -> str:
    """The arithmetic of one place.

    Args:
        patch, kernel: float (k, k, c), the channels that are shown.
        names: one for each channel, translated.
        heads: over what is covered, the kernel and the products, translated.
        dark: colours for the dark page.
    """
    side, colours = patch.shape[0], ink(dark)
    table = side * _CELL_WIDTH
    height = _HEAD + patch.shape[2] * (side * _CELL_HEIGHT + _APART + 18)
    width = 3 * table + 2 * _SIGN + _TOTAL
    starts = [0, table + _SIGN, 2 * (table + _SIGN)]
    parts = [_text(start, 16, head, colours["faint"], "start", 14) for start, head in zip(starts, heads, strict=True)]
    limits = [float(np.abs(values).max()) or 1.0 for values in (patch, kernel, patch * kernel)]
    for channel, name in enumerate(names):
        top = _HEAD + channel * (side * _CELL_HEIGHT + _APART + 18)
        parts.append(_text(0, top + 13, name, colours["text"], "start", 14))
        top += 18
        tables = (patch[..., channel], kernel[..., channel], patch[..., channel] * kernel[..., channel])
        for start, values, limit in zip(starts, tables, limits, strict=True):
            parts.append(_table(start, top, values, limit))
        middle = top + side * _CELL_HEIGHT / 2 + 6
        parts += [
            _text(start + table + _SIGN / 2, middle, sign, colours["text"], "middle", 20)
            for start, sign in zip(starts, ("×", "="), strict=False)
        ]
        total = f"Σ = {tables[2].sum():+.4f}"
        parts.append(_text(width - _TOTAL + 10, middle, total.replace("-", "−"), colours["text"], "start", 18))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="{html.escape(FONT)}">{"".join(parts)}</svg>'
    )


def _table(left: float, top: float, values: np.ndarray, limit: float) -> str:
    cells = []
    for (row, column), value in np.ndenumerate(values):
        red, green, blue = (int(part) for part in signed_colours(np.array(value), limit))
        word = readable(f"#{red:02X}{green:02X}{blue:02X}")
        x, y = left + column * _CELL_WIDTH, top + row * _CELL_HEIGHT
        cells.append(
            f'<rect x="{x}" y="{y}" width="{_CELL_WIDTH}" height="{_CELL_HEIGHT}" fill="rgb({red},{green},{blue})" '
            f'stroke="#8B9097" stroke-width="0.6"/>'
        )
        shown = f"{0.0 if abs(value) < 0.005 else value:.2f}".replace("-", "−")
        cells.append(_text(x + _CELL_WIDTH / 2, y + _CELL_HEIGHT / 2 + 5, shown, word, "middle", 14))
    return "".join(cells)


def _text(x: float, y: float, text: str, colour: str, anchor: str, size: int) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">{html.escape(text)}</text>'
