"""A picture on the page, inline: nothing to fetch, nothing to miss when the page changes under it.

Streamlit's own `st.image` serves a file that is gone as soon as the next run shows another picture; a
browser that was slower than that finds a hole. It has no way to keep pixels crisp either.
"""

from __future__ import annotations

import base64
import html
from functools import lru_cache
from pathlib import Path

import numpy as np
import streamlit as st

from imgcls.images import encode_png

#: Pictures with a longer side than this are smoothed when they are enlarged; below it, pixels stay pixels.
_PIXELATED_BELOW = 128


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
