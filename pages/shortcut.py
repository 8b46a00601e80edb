"""Shortcut: a network that is right for the wrong reason, found out by a heatmap."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.components.frame import need_frame
from pages.components.shortcut_evidence import show_evidence
from pages.components.shortcut_form import begin_shortcut_with, shortcut_form
from pages.components.trial_table import Column
from pages.components.trials import current_trials, watch_trials
from pages.components.words import _

KEY = "shortcut"


def page() -> None:
    need_frame()
    st.title(_("Is it right for the right reason?"))
    trials = current_trials(KEY)
    if trials is None:
        shortcut_form(KEY)
        return
    validation = Column(_("Validation accuracy"), lambda run: (run.result or {}).get("validation_accuracy"))
    watch_trials(KEY, trials, [validation], partial(show_evidence, trials), begin_shortcut_with)


page()
