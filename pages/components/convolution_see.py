"""Convolution, first look: one place asked about, then all of them under the pointer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.lessons.convolution import Window, convolve, patch, vertical_edges
from pages.components.convolution_window import window_over
from pages.components.glossary import terms
from pages.components.lesson_picture import first_picture, to_grey_cells
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.words import _

_WINDOW = Window(3)
_SIDE = 14


def see_it() -> None:
    picture = to_grey_cells(first_picture(), _SIDE)
    kernel = vertical_edges(_WINDOW.kernel)
    result = convolve(picture[..., None], kernel[..., None], _WINDOW)
    row, column = place_to_ask(result)
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "A digit, shrunk to {side} × {side} cells: black is 0, white is 1. The frame shows what is covered.",
                side=_SIDE,
            )
        )
        asked = ask_first(
            "convolution sum", _("What is the sum at the framed place?"), low=-3.0, high=3.0, step=0.1, start=0.0
        )
        if asked.is_open:
            _say(asked.number, patch(picture[..., None], _WINDOW, row, column)[..., 0], float(result[row, column]))
            note(_("Now go over the result with the pointer, with the arrow keys, or let it play."))
        else:
            note(_("Multiply each covered cell by the weight in the same place, and add the nine products."))
        terms("convolution", "kernel")
    with right:
        window_over("convolution see", picture, kernel, _WINDOW, cell=(row, column), hidden=not asked.is_open)


def place_to_ask(result: np.ndarray) -> tuple[int, int]:
    """Where something is to be seen, but not the strongest: the median of what is not flat."""
    strong = np.abs(result).ravel()
    order = np.argsort(strong, kind="stable")
    seen = order[strong[order] > 0.3]
    place = int(seen[len(seen) // 2]) if len(seen) else int(order[-1])
    return place // result.shape[1], place % result.shape[1]


def _say(number: float | None, covered: np.ndarray, value: float) -> None:
    left, right = float(covered[:, 0].sum()), float(covered[:, -1].sum())
    why = _(
        "the right column of the patch adds up to {right:.2f} and counts +1, the left to {left:.2f} and counts −1; "
        "the middle counts nothing: {right:.2f} − {left:.2f} = {value:.2f}.",
        right=right,
        left=left,
        value=value,
    )
    if number is None:
        st.info(_("It is **{value:.2f}**: {why}", value=value, why=why))
    elif abs(number - value) < 0.15:
        st.info(_("You said {number:.1f}; it is **{value:.2f}**. Indeed {why}", number=number, value=value, why=why))
    else:
        st.info(_("You said {number:.1f}; it is **{value:.2f}**, because {why}", number=number, value=value, why=why))
