"""Two figures: how strong the signal is behind each block, and the gradient before it."""

from __future__ import annotations

import streamlit as st

from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.strengths import strengths_figure
from imgcls.lessons.residual import Strength
from pages.components.notices import strong
from pages.components.style import is_dark
from pages.components.words import _


def show_strength(key: str, found: dict[str, Strength]) -> None:
    """Draw both. `found`: name, translated → what was measured."""
    one, other = st.columns(2)
    with one:
        strong(_("The signal, on its way in"))
        values = {name: one.signal for name, one in found.items()}
        figure = strengths_figure(values, _("block"), _("size of the signal"), is_dark())
        alt = _("Size of the signal behind each block")
        st.plotly_chart(figure, key=f"{key} signal", config=PLOT_CONFIG, theme=None, alt=alt)
    with other:
        strong(_("The gradient, on its way back"))
        values = {name: one.gradient for name, one in found.items()}
        figure = strengths_figure(values, _("block"), _("size of the gradient"), is_dark())
        alt = _("Size of the gradient before each block")
        st.plotly_chart(figure, key=f"{key} gradient", config=PLOT_CONFIG, theme=None, alt=alt)
