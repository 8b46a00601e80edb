"""Depth and weights of one's own: when a signal dies, when it explodes, and what x + F(x) does about it."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.residual import inputs, strength, weights
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.part import part
from pages.components.residual_race import race_is_on, start_race, watch_race
from pages.components.residual_strength import show_strength
from pages.components.words import _

_KEY = "residual change"


def change_it() -> None:
    if race_is_on():
        watch_race()
        return
    _signals()
    st.divider()
    start_race()


@part
def _signals() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        depth = st.slider(_("Blocks"), 2, 60, 20, key=f"{_KEY} depth")
        scale = st.slider(_("Size of the weights"), 0.1, 1.5, 0.5, 0.1, key=f"{_KEY} scale")
        seed = int(st.number_input(_("Seed"), 0, 1000, 0, key=f"{_KEY} seed"))
        note(_("At size 1 a plain network with ReLU keeps its signal on average; a little less, and it dies."))
        terms("residual connection", "gradient", "vanishing gradient")
    kernels, x = weights(depth, scale, seed), inputs(seed)
    plain, residual = (strength(kernels, x, skip) for skip in (False, True))
    with right:
        show_strength(_KEY, {_("plain"): plain, _("residual"): residual})
        note(
            _(
                "After {depth} blocks: plain {plain:.2g}, residual {residual:.2g} times the signal that came in. With "
                "large weights x + F(x) grows and grows: that is why batch norm stands beside it.",
                depth=depth,
                plain=plain.signal[-1],
                residual=residual.signal[-1],
            )
        )
