"""A batch normalisation of one's own network: one channel before and after, in both modes."""

from __future__ import annotations

import streamlit as st

from imgcls.figures.histograms import histograms_figure
from imgcls.figures.layout import PLOT_CONFIG
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_layer
from pages.components.notices import note
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "normalisation"


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        place = own_layer(_KEY, "norm")
        if place is None:
            return
        channels = place.layer["to"][2]
        which = f"{place.run} {place.layer['name']}"
        number = st.number_input(
            _("Channel (of {count})", count=channels), 1, channels, 1, key=f"{_KEY} channel {which}"
        )
        batch = st.select_slider(_("Images in the batch"), [2, 4, 8, 16, 32, 64], 16, key=f"{_KEY} batch")
        note(_("Test images of the run go through the network up to this layer."))
        terms("batch norm", "moving average", "training mode")
        st.page_link("pages/lab.py", label=_("The race: with and without it"))
    with right:
        answer = answered(
            f"{_KEY} values",
            "normalised",
            model=place.run,
            version=place.version,
            layer=place.layer["name"],
            channel=int(number) - 1,
            batch=int(batch),
        )
        if answer is None:
            return
        facts, arrays = answer
        share, value = _("share of all values"), _("value in the channel")
        figure = histograms_figure({_("before"): arrays["before"]}, value, share, is_dark())
        st.plotly_chart(figure, key=f"{_KEY} b", config=PLOT_CONFIG, theme=None, alt=_("The channel before"))
        values = {_("while training"): arrays["training"], _("when used"): arrays["inference"]}
        figure = histograms_figure(values, _("value afterwards"), share, is_dark())
        st.plotly_chart(figure, key=f"{_KEY} a", config=PLOT_CONFIG, theme=None, alt=_("The channel in both modes"))
        epsilon = f"{facts['epsilon']:.6f}".rstrip("0")
        st.latex(
            rf"y={facts['gamma']:.3f}\cdot\frac{{x-({facts['moving_mean']:.3f})}}"
            rf"{{\sqrt{{{facts['moving_variance']:.3f}+{epsilon}}}}}+({facts['beta']:.3f})"
        )
        one, two = st.columns(2)
        one.metric(_("this batch: μ, σ"), f"{facts['mean']:.3f}, {facts['variance'] ** 0.5:.3f}")
        two.metric(_("moving average: μ, σ"), f"{facts['moving_mean']:.3f}, {facts['moving_variance'] ** 0.5:.3f}")
        note(_("The formula has the numbers that this network uses: its moving averages and what it learned, γ and β."))
