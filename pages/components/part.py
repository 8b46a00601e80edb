"""A part of a page that draws itself anew when one of its own controls is moved, and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from imgcls.errors import ImgclsError
from pages.components.notices import show_error


def part(draw: Callable[..., None]) -> Callable[..., None]:
    """`draw` as a part of its own: half a page answers in half the time.

    It must not wait for the worker: what looks again by itself stands outside of it.
    """

    @wraps(draw)
    def drawn(*args: Any, **named: Any) -> None:
        try:
            draw(*args, **named)
        except ImgclsError as error:  # `app.py` catches nothing for a fragment
            show_error(error)

    return st.fragment(drawn)
