"""Batch normalisation, first look: a channel before and after, and a guess about its spread."""

from __future__ import annotations

import streamlit as st

from imgcls.figures.histograms import histograms_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.lessons.normalisation import normalise, statistics
from pages.components.glossary import terms
from pages.components.normalisation_values import drawn_batch
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.style import is_dark
from pages.components.words import _

_GAMMA, _BETA, _BATCH = 2.0, 1.0, 32


def see_it() -> None:
    x = drawn_batch(_BATCH, 0).ravel().astype(float)
    mean, variance = statistics(x)
    y = normalise(x, mean, variance, _GAMMA, _BETA)
    left, right = st.columns([4, 9], gap="large")
    with left:
        st.markdown(
            _(
                "A kernel that sharpens went over {count} small pictures. Its channel has mean μ = {mean:.1f} "
                "and spread σ = {spread:.1f}. Normalise it, then multiply by γ = {gamma:g} and add β = {beta:g}.",
                count=_BATCH,
                mean=mean,
                spread=variance**0.5,
                gamma=_GAMMA,
                beta=_BETA,
            )
        )
        asked = ask_first(
            "normalised spread", _("What spread does the channel have then?"), low=0.0, high=10.0, step=0.5, start=5.0
        )
        if asked.is_open:
            why = _(
                "it is **{spread:.2f}**, and the mean {mean:.2f}: whatever came in, spread and mean are now γ and β, "
                "two numbers that the network learns. The next layer no longer has to follow what the one before does.",
                spread=y.std(),
                mean=y.mean(),
            )
            st.info(why if asked.number is None else _("You said {number:g}: {why}", number=asked.number, why=why))
        terms("batch norm", "channel")
    with right:
        values = {_("before"): x}
        figure = histograms_figure(values, _("value in the channel"), _("share of all values"), is_dark())
        st.plotly_chart(figure, key="norm before", config=PLOT_CONFIG, theme=None, alt=_("The channel before"))
        if asked.is_open:
            plain = normalise(x, mean, variance)
            values = {_("normalised"): plain, _("then γ and β"): y}
            figure = histograms_figure(values, _("value in the channel"), _("share of all values"), is_dark())
            st.plotly_chart(figure, key="norm after", config=PLOT_CONFIG, theme=None, alt=_("The channel afterwards"))
            note(_("The shape stays: normalising only moves and stretches."))
