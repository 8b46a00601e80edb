"""Imbalance: some classes made rare, six ways to answer, trained side by side."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.components.frame import need_frame
from pages.components.imbalance_form import begin_imbalance_with, imbalance_form
from pages.components.imbalance_outcome import balanced_measure, outcome_columns, show_outcomes
from pages.components.trials import current_trials, watch_trials
from pages.components.words import _

KEY = "imbalance"


def page() -> None:
    need_frame()
    st.title(_("What does a network do with rare classes?"))
    trials = current_trials(KEY)
    if trials is None:
        imbalance_form(KEY)
    else:
        more = partial(show_outcomes, trials)
        watch_trials(KEY, trials, outcome_columns(), more, begin_imbalance_with, measure=balanced_measure())


page()
