"""Compare: runs that have been trained, or a race of networks that is trained for it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.components.compare_outcome import show_comparison
from pages.components.compare_runs import choose_runs
from pages.components.frame import need_frame
from pages.components.race_of_networks import begin_race_with, network_race_form
from pages.components.trials import current_trials, watch_trials
from pages.components.words import _

KEY = "compare"


def page() -> None:
    need_frame()
    st.title(_("Which network is better, and is the difference real?"))
    trials = current_trials(KEY)
    if trials is not None:
        watch_trials(KEY, trials, more=partial(show_comparison, trials), again=begin_race_with)
        return
    ways = {"runs": _("Runs that I have"), "race": _("A new race")}
    way = st.segmented_control(
        _("Compare"), list(ways), format_func=ways.__getitem__, default="runs", required=True, key="compare way"
    )
    if way == "race":
        network_race_form(KEY)
    else:
        choose_runs(KEY)


page()
