"""Pooling with a picture and a window of one's own: what survives a shift, and how many parameters it saves."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from imgcls.errors import InputError
from imgcls.lessons.convolution import Padding, Window
from imgcls.lessons.pooling import FORMULAS, Kind, dense_parameters, pool
from pages.components.glossary import terms
from pages.components.keras_check import keras_check
from pages.components.lesson_picture import small_picture
from pages.components.notices import note, show_warning
from pages.components.pooling_window import changes, pooling_over
from pages.components.words import _

_KEY = "pooling change"


def change_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        side = int(st.select_slider(_("Cells a side"), [8, 12, 14, 20], 14, key=f"{_KEY} side"))
        picture = small_picture(_KEY, side)
        window, kind = _window()
        terms("pooling", "stride", "padding")
    with right:
        if picture is None:
            st.info(_("Draw or choose a picture: its cells will stand here."))
            return
        try:
            pooling_over(_KEY, picture, window, kind)
        except InputError as error:
            show_warning(error)
            return
        _say_padding(window.pads(side))
        layer = {"max": "MaxPooling2D", "mean": "AveragePooling2D"}[kind]
        keras_check(_KEY, layer, pool(picture, window, kind), {"x": picture}, **asdict(window))
    one, other = st.columns(2, gap="large")
    with one:
        _say_shift(picture, window, kind)
    with other:
        _say_parameters(side, window)


def _window() -> tuple[Window, Kind]:
    kinds: dict[Kind, str] = {"max": _("the largest (max)"), "mean": _("the mean (average)")}
    kind = st.selectbox(_("What is kept"), list(kinds), format_func=kinds.__getitem__, key=f"{_KEY} kind")
    st.latex(FORMULAS[kind])
    one, other = st.columns(2)
    size = one.number_input(_("Window"), 1, 20, 2, key=f"{_KEY} size")
    stride = other.number_input(_("Stride"), 1, 20, 2, key=f"{_KEY} stride")
    ways: dict[Padding, str] = {
        "valid": _("valid: only where it fits"),
        "same": _("same: empty cells around, which do not count"),
    }
    padding = st.selectbox(_("Padding"), list(ways), format_func=ways.__getitem__, key=f"{_KEY} padding")
    note(
        _(
            "The article writes the largest of all values x(i, j) and leaves the window unsaid: in full, the window of "
            "k × k cells that starts at (s·i, s·j), with stride s."
        )
    )
    return Window(int(size), int(stride), padding), kind


def _say_padding(pads: tuple[int, int]) -> None:
    """What the dashed cells are, and why there may be more of them on one side."""
    before, after = pads
    if before + after == 0:
        return
    note(
        _(
            "The dashed cells lie outside the picture. They are no zeros: the largest is taken of the real cells, and "
            "the mean is divided by their number."
        )
    )
    if before != after:
        st.info(
            _(
                "{total} empty cells a side cannot be shared out evenly: above and on the left {before}, below and on "
                "the right {after}. So the windows lie half a cell off the middle.",
                total=before + after,
                before=before,
                after=after,
            )
        )


def _say_shift(picture: np.ndarray, window: Window, kind: Kind) -> None:
    before, after = changes(picture, window, kind)
    st.markdown(_("#### What a shift by one cell changes"))
    left, right = st.columns(2)
    left.metric(_("before pooling"), f"{before:.0%}")
    right.metric(_("after pooling"), f"{after:.0%}")
    note(_("Mean change of the numbers in per cent of their mean size, over one cell up, down, left and right."))


def _say_parameters(side: int, window: Window) -> None:
    places = window.places(side)
    st.markdown(_("#### What it saves"))
    terms("parameter", "dense layer")
    left, right = st.columns(2)
    left.metric(_("dense layer without pooling"), f"{dense_parameters(side, 64, 64):,}")
    right.metric(_("dense layer after pooling"), f"{dense_parameters(places, 64, 64):,}")
    note(
        _(
            "Pooling itself has no parameters. But a dense layer of 64 units behind 64 maps has a weight for every "
            "cell: {side} × {side} × 64 × 64 + 64 without, {places} × {places} × 64 × 64 + 64 with it.",
            side=side,
            places=places,
        )
    )
