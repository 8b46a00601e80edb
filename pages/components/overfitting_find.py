"""The gap of a finished run of one's own, and what the coach says of it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.coach.history import history_of
from imgcls.lessons.overfitting import gap_of
from imgcls.runs import get_run, read_curve
from pages.components.coach import advice_of, bands_of, coach
from pages.components.finished import tested_run
from pages.components.glossary import terms
from pages.components.lesson import no_network_yet
from pages.components.monitor import show_curves
from pages.components.notices import note
from pages.components.overfitting_gap import show_gap
from pages.components.words import _


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        chosen = tested_run()
        if chosen is None:
            no_network_yet()
            return
        run = get_run(chosen)
        curve = read_curve(run.folder)
        gap = gap_of(history_of(curve, is_over=True), run.recipe)
        if gap is None:
            st.info(_("No epoch of this run has ended: choose another."))
            return
        show_gap(gap)
        terms("overfitting", "validation", "loss")
        if gap.points < 0:
            note(
                _(
                    "Validation is above training: training accuracy is the mean over the epoch, while the network was "
                    "still learning, and dropout or augmentation make training harder."
                )
            )
    with right:
        advice = advice_of(run, curve)
        show_curves(curve, bands_of(advice))
        coach(run, curve, advice, partial(st.switch_page, "pages/train.py"))
