"""Pooling, first look: the largest of each window, and how much a small shift then still changes."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.convolution import Window
from pages.components.glossary import terms
from pages.components.lesson_picture import first_picture, to_grey_cells
from pages.components.notices import note
from pages.components.pooling_window import changes, pooling_over
from pages.components.question import ask_first
from pages.components.words import _

_SIDE, _WINDOW = 14, Window(2, 2)


def see_it() -> None:
    picture = to_grey_cells(first_picture(), _SIDE)
    before, after = changes(picture, _WINDOW, "max")
    left, right = st.columns([4, 9], gap="large")
    with right:
        pooling_over("pooling see", picture, _WINDOW, "max", (3, 4))
    with left:
        st.markdown(_("Of each 2 × 2 cells the largest is kept, and the window moves on by 2: a quarter is left."))
        st.markdown(
            _(
                "Move the digit by one cell, and each number changes by **{before:.0%}** on average.",
                before=before,
            )
        )
        asked = ask_first(
            "pooling shift",
            _("By how many per cent do the numbers after pooling change?"),
            low=0.0,
            high=120.0,
            step=5.0,
            start=60.0,
        )
        if asked.is_open:
            _say(asked.number, before, after)
        else:
            note(_("Per cent of their mean size; the mean over one cell up, down, left and right."))
        terms("pooling", "translation invariance")


def _say(number: float | None, before: float, after: float) -> None:
    if after < before:
        why = _(
            "it is **{after:.0%}** rather than {before:.0%}: where the largest cell stays in its window, nothing "
            "changes at all. Pooling dampens a small shift; it does not take it away.",
            after=after,
            before=before,
        )
    else:
        why = _(
            "it is **{after:.0%}**, no less than {before:.0%}: here the largest cells left their windows. Pooling only "
            "dampens a shift that stays inside a window.",
            after=after,
            before=before,
        )
    st.info(why if number is None else _("You said {number:.0f} %: {why}", number=number, why=why))
