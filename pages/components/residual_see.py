"""The residual connection, first look: how much of a signal is left after thirty blocks, and one block in numbers."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons.residual import inputs, strength, weights
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.residual_strength import show_strength
from pages.components.residual_worked import worked_block
from pages.components.words import _

_DEPTH, _SCALE = 30, 0.5


def see_it() -> None:
    kernels, x = weights(_DEPTH, _SCALE, 0), inputs(0)
    plain, residual = (strength(kernels, x, skip) for skip in (False, True))
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "{depth} blocks with the same random weights, before any training: once each block replaces what came "
                "in, y = F(x), once it adds to it, y = x + F(x).",
                depth=_DEPTH,
            )
        )
        choices = {"half": _("about half"), "hundredth": _("about a hundredth"), "nothing": _("next to nothing")}
        asked = ask_first("signal left", _("What is left of the signal after the plain blocks?"), choices=choices)
        if asked.is_open:
            said = _(
                "one part in {parts:,.0f}: each block keeps about half, and {depth} halves multiply. "
                "The gradient dies on its way back in the same way, so the first blocks do not learn. With x + F(x) "
                "the signal comes out {times:.0f} times as large as it went in.",
                parts=1 / plain.signal[-1],
                depth=_DEPTH,
                times=residual.signal[-1],
            )
            chosen = choices.get(str(asked.answer))
            st.info(said if chosen is None else _("You said {answer}; it is {why}", answer=chosen, why=said))
        terms("residual connection", "block", "gradient")
        note(_("Here F(x) = W · ReLU(x). The article says F “such as ReLU”: in full, F is a few layers with weights."))
    with right:
        if asked.is_open:
            show_strength("residual see", {_("plain"): plain, _("residual"): residual})
    st.divider()
    worked_block()
