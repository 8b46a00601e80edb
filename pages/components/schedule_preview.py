"""The learning-rate schedules by name, and what one of them does over a run."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.schedule import schedule_figure
from imgcls.training.schedule import schedule_factor
from pages.components.notices import note
from pages.components.style import is_dark
from pages.components.words import _

#: Moments of a run that are drawn.
_POINTS = 201


def schedule_words() -> dict[str, str]:
    """What each schedule is called, by its name in a recipe."""
    return {
        "constant": _("constant"),
        "step": _("in steps"),
        "cosine": _("cosine"),
        "warmup-cosine": _("warm-up and cosine"),
        "one-cycle": _("one cycle"),
    }


def schedule_preview(name: str, rate: float, epochs: int, key: str) -> None:
    """The curve of the rate, and its numbers."""
    rates = rate * schedule_factor(name, np.arange(_POINTS), _POINTS)
    figure = schedule_figure(rates, epochs, is_dark(), (_("epoch"), _("learning rate")))
    values = {"first": float(rates[0]), "highest": float(rates.max()), "last": float(rates[-1])}
    if name == "constant":
        said = _("{rate:.2g} from the first step to the last.", rate=rate)
    else:
        said = _("From {first:.2g}, at most {highest:.2g}, at the end {last:.1g}.", **values)
    st.plotly_chart(figure, key=f"{key} preview", config=PLOT_CONFIG, theme=None, alt=said)
    note(said)
