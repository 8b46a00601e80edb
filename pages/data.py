"""Data: what is in a data set, and whether it can be trusted."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.datasets.corrections import damage
from imgcls.datasets.look import Look
from imgcls.errors import ImgclsError, MissingDataError
from pages.components.data_actions import undo_buttons
from pages.components.data_averages import averages_view
from pages.components.data_choice import VIEW, Asked, Filters, ask_how, ask_which, choose_data, tell_source
from pages.components.data_counts import counts_view
from pages.components.data_images import images_view
from pages.components.data_open import open_data
from pages.components.data_originals import tell_originals
from pages.components.data_training import training_buttons
from pages.components.data_trust import trust_line
from pages.components.data_twins import twins_view
from pages.components.frame import need_frame
from pages.components.missing_data import data_notice
from pages.components.notices import show_error, show_warning
from pages.components.words import _
from pages.components.writing import writing_control


def page() -> None:
    need_frame()
    st.title(_("What is in the data, and can it be trusted?"))
    settings, evidence = st.columns([4, 8], gap="large")
    with settings:
        asked, filters = _ask()
    with evidence:
        if asked is not None:
            _answer(asked, filters)


def _ask() -> tuple[Asked | None, Filters]:
    """What the reader wants to see; nothing, and the reason on the page, if it makes no sense."""
    filters = Filters()
    try:
        dataset, facts = choose_data()
        if st.session_state.get(VIEW, "images") == "images":
            filters = ask_which(facts)
        asked = ask_how(dataset, facts)
        if DATASETS.get(dataset.name).is_own:
            writing_control(dataset.name)
    except ImgclsError as error:
        show_error(error)
        return None, filters
    training_buttons(asked)
    tell_originals(asked)
    tell_source(dataset)
    return asked, filters


def _answer(asked: Asked, filters: Filters) -> None:
    try:
        seen = open_data(asked)
    except MissingDataError as error:
        data_notice(error)
        return
    except ImgclsError as error:
        show_error(error)
        return
    if (damaged := damage(asked.dataset)) is not None:
        show_warning(damaged)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        view = _view()
        undo_buttons(asked)
    trust_line(asked, seen, is_about_twins=view == "twins")
    _show(view, asked, seen, filters)


def _view() -> str:
    views = {"images": _("Images"), "counts": _("Counts"), "averages": _("Averages"), "twins": _("Twins")}
    return str(
        st.segmented_control(
            _("What is shown"),
            list(views),
            format_func=views.__getitem__,
            default="images",
            required=True,
            key=VIEW,
            persist_state="session",
            label_visibility="collapsed",
        )
    )


def _show(view: str, asked: Asked, seen: Look, filters: Filters) -> None:
    if view == "counts":
        counts_view(asked, seen)
    elif view == "averages":
        averages_view(asked, seen)
    elif view == "twins":
        twins_view(asked, seen)
    else:
        images_view(asked, seen, filters)


page()
