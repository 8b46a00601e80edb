"""A picture on the page, inline: nothing to fetch, nothing to miss when the page changes under it.

Streamlit's own `st.image` serves a file that is gone as soon as the next run shows another picture; a
browser that was slower than that finds a hole. It has no way to keep pixels crisp either.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st

from imgcls.images import encode_png
from imgcls.preparation.fit import resized

#: Pictures with a longer side than this are smoothed when they are enlarged; below it, pixels stay pixels.
_PIXELATED_BELOW = 128
#: The longer side of a picture in a grid, in pixels of the file: as large as it is shown on a fine screen.
_IN_A_GRID = 192


@dataclass(frozen=True)
class Labelled:
    """A picture of a grid: uint8 (h, w, c), what it shows for those who do not see it, and lines below it."""

    pixels: np.ndarray
    alt: str
    lines: tuple[str, ...]


def show_picture(pixels: np.ndarray, alt: str, caption: str | None = None, width: int | None = None) -> None:
    """Show an array as a picture.

    Args:
        pixels: uint8, (h, w), (h, w, 1), (h, w, 3) or (h, w, 4).
        alt: what it shows, translated, for those who do not see it.
        caption: a line below it, translated.
        width: in pixels; None for all the room there is. Never wider than the room.
    """
    crisp = max(pixels.shape[:2]) < _PIXELATED_BELOW
    _show(base64.b64encode(encode_png(pixels)).decode(), alt, caption, width, crisp)


def show_columns(
    columns: Sequence[Sequence[Labelled]], least: float = 4.2, most: float = 8.0, faded: bool = False
) -> None:
    """A regular grid: columns of pictures of one size, the first of each set apart from those below it.

    Columns that do not fit beside one another stand below one another: on a phone a column stays together.

    Args:
        columns: pictures with their words, from top to bottom.
        least: width of a column at least, in rem.
        most: at most.
        faded: they are about to be replaced.
    """
    lines = max((len(picture.lines) for column in columns for picture in column[1:]), default=1)
    grid = f"display:grid;gap:1.2rem 0.5rem;grid-template-columns:repeat(auto-fit,minmax({least}rem,1fr));"
    grid += "opacity:0.5;" if faded else ""
    made = "".join(f'<div style="max-width:{most}rem;">{_column(column, lines)}</div>' for column in columns)
    st.html(f'<div style="{grid}">{made}</div>')


def show_sets(sets: Sequence[Sequence[Labelled]], least: float = 6.0, most: float = 10.0) -> None:
    """Small sets of pictures: those of a set side by side, also on a phone; sets that do not fit stand below.

    Args:
        sets: pictures with their words, from left to right; as many in each.
        least: width of a picture at least where there is room for a set, in rem.
        most: at most.
    """
    count = max((len(some) for some in sets), default=1)
    lines = max((len(picture.lines) for some in sets for picture in some), default=1)
    grid = f"display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,{count * least}rem),1fr));"
    row = f"display:grid;gap:0.5rem;grid-template-columns:repeat({count},minmax(0,1fr));max-width:{count * most}rem;"
    made = "".join(f'<div style="{row}">{"".join(_cell(one, lines) for one in some)}</div>' for some in sets)
    st.html(f'<div style="{grid}">{made}</div>')


def _column(column: Sequence[Labelled], lines: int) -> str:
    """Below each picture but the first there is room for the most lines of any: all rows stand level."""
    first, *others = column
    return _cell(first, 1, _APART) + "".join(_cell(picture, lines) for picture in others)


def _cell(picture: Labelled, lines: int, style: str = "") -> str:
    pixels, side = picture.pixels, max(picture.pixels.shape[:2])
    if side > _IN_A_GRID:
        height, width = (max(1, round(length * _IN_A_GRID / side)) for length in pixels.shape[:2])
        pixels = resized(pixels, height, width)
    crisp = "image-rendering:pixelated;" if side < _PIXELATED_BELOW else ""
    words = "".join(f'<span style="{_LINE}">{html.escape(line)}</span>' for line in picture.lines)
    below = f'<figcaption style="{_BELOW}{style}min-height:{1.3 * lines:.1f}em;">{words}</figcaption>'
    data = base64.b64encode(encode_png(pixels)).decode()
    alt = html.escape(picture.alt, quote=True)
    return (
        f'<figure class="picture"><img alt="{alt}" style="{crisp}" src="data:image/png;base64,{data}">{below}</figure>'
    )


_BELOW = "font-size:0.75rem;line-height:1.3;margin:0.15rem 0 0.35rem;"
_APART = "font-weight:600;opacity:1;margin-bottom:0.7rem;"
_LINE = "display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;"


def show_asset(path: Path, alt: str, caption: str | None = None, width: int | None = None) -> None:
    """Show a PNG that comes with the app."""
    _show(_asset(path), alt, caption, width, crisp=False)


def show_drawing(svg: str, alt: str, caption: str | None = None, width: int | None = None) -> None:
    """Show a drawing of our own making; as a picture, so that nothing in it can reach the page."""
    _show(base64.b64encode(svg.encode()).decode(), alt, caption, width, crisp=False, kind="svg+xml")


@lru_cache(maxsize=32)
def _asset(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _show(data: str, alt: str, caption: str | None, width: int | None, crisp: bool, kind: str = "png") -> None:
    # alt and caption may hold a file's or a class's name: escaped, they are text and nothing else
    style = f"width:{f'min({width}px, 100%)' if width else '100%'};"
    rendering = "image-rendering:pixelated;" if crisp else ""
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    st.html(
        f'<figure class="picture" style="{style}"><img alt="{html.escape(alt, quote=True)}" style="{rendering}" '
        f'src="data:image/{kind};base64,{data}">{below}</figure>'
    )
