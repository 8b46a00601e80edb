"""Lab: the same deep network four times, without and with batch norm and skip connections."""

from __future__ import annotations

import streamlit as st

from pages.components.current import current_race
from pages.components.frame import need_frame
from pages.components.race import watch_race
from pages.components.race_form import race_form
from pages.components.words import _


def page() -> None:
    need_frame()
    st.title(_("What do batch norm and skip connections do for a deep network?"))
    race = current_race()
    if race is None:
        race_form()
    else:
        watch_race(race)


page()
