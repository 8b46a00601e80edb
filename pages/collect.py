"""Your data: name classes, collect pictures, see counts grow, train."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import own
from imgcls.datasets.readiness import Readiness, readiness
from imgcls.errors import ImgclsError
from pages.components.collect_actions import other_actions, training_button
from pages.components.collect_choice import choose_own, current_own
from pages.components.collect_classes import class_cards
from pages.components.collect_seen import seen_controls, seen_words
from pages.components.collect_start import start_view
from pages.components.collect_undo import undo_line
from pages.components.collect_work import work_view
from pages.components.frame import need_frame
from pages.components.lesson import way_back
from pages.components.notices import show_error
from pages.components.words import _
from pages.components.writing import writing_control


def page() -> None:
    need_frame()
    way_back()
    st.title(_("Teach a network with pictures of your own"))
    name = current_own()
    if not own.names():
        work_view(name)
        start_view()
        return
    settings, evidence = st.columns([4, 8], gap="large")
    with settings:
        choose_own(name)
        ready = _settings(name) if name else None
    with evidence:
        work_view(name)
        if not name:
            start_view()
        elif ready is not None:
            undo_line(name)
            class_cards(name, ready.counts)


def _settings(name: str) -> Readiness | None:
    """What is to be done with the data set; nothing, and the reason on the page, if it is damaged."""
    try:
        ready = readiness(name)
        st.caption(f"{_so_far(ready)}, {seen_words(name)}")
        training_button(name, ready)
        seen_controls(name, own.keys(name))
        writing_control(name)
    except ImgclsError as error:
        show_error(error)
        return None
    other_actions(name, ready)
    return ready


def _so_far(ready: Readiness) -> str:
    count, classes = ready.images, len(ready.counts)
    if count == 1:
        return _("1 picture in {classes} classes", classes=classes)
    return _("{count:,} pictures in {classes} classes", count=count, classes=classes)


page()
