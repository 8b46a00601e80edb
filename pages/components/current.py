"""What this session is looking at: the run or the race in the link, and the picture that goes from page to page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.errors import ImgclsError, InputError, RunStateError, UnknownNameError
from imgcls.models import model_card
from imgcls.race import Race, Variant, race_of
from imgcls.runs import RunSummary, get_run, list_runs
from pages.components.notices import show_error, show_warning
from pages.components.words import _

_RUN, _MODEL, _PICTURE = "run", "model", "picture"
_RACE, _GUESS = "lab", "guess"


def current_run() -> str | None:
    """The run named in the link, else the one this session looked at last; kept in both.

    One that is not there, or no more, is said so once and forgotten.
    """
    asked: str | None = st.query_params.get(_RUN) or st.session_state.get(_RUN)
    if asked is None:
        return None
    try:
        get_run(asked)
    except UnknownNameError as error:
        show_error(error)
        look_at(None)
        return None
    look_at(asked)  # switching pages drops the query string
    return asked


def look_at(run_id: str | None) -> None:
    """Make `run_id` the run that this session looks at; None for no run."""
    if run_id is None:
        st.session_state.pop(_RUN, None)
        st.query_params.pop(_RUN, None)
    else:
        if st.session_state.get(_RUN) != run_id:
            st.session_state.pop(_MODEL, None)
        st.session_state[_RUN] = run_id
        if st.query_params.get(_RUN) != run_id:
            st.query_params[_RUN] = run_id


def current_race() -> Race | None:
    """The race named in the link, else the one this session looked at last; kept in both.

    What is no race, or one of which nothing is left, is said so once and forgotten.
    """
    asked: str | None = st.query_params.get(_RACE) or st.session_state.get(_RACE)
    if asked is None:
        return None
    try:
        race = race_of(asked.split(","))
    except InputError as error:
        show_error(error)
        look_at_race(None)
        return None
    look_at_race(race.ids, current_guess())
    return race


def current_guess() -> Variant | None:
    """What was expected before the race began; it travels in the link, so that it is there after a reload."""
    asked = st.query_params.get(_GUESS) or st.session_state.get(_GUESS)
    return next((variant for variant in Variant if variant == asked), None)


def look_at_race(ids: Iterable[str] | None, guess: Variant | None = None) -> None:
    """Make the race of these four runs the one that this session looks at; None for no race."""
    wanted = {_RACE: None if ids is None else ",".join(ids), _GUESS: None if guess is None else str(guess)}
    for name, value in wanted.items():
        if value is None:
            st.session_state.pop(name, None)
            st.query_params.pop(name, None)
        else:
            st.session_state[name] = value
            if st.query_params.get(name) != value:
                st.query_params[name] = value


@dataclass(frozen=True)
class Picture:
    """A picture that somebody gave. `pixels`: uint8, (h, w, 3); `label`: its class, where that is known."""

    name: str
    pixels: np.ndarray
    label: str | None = None


def current_picture() -> Picture | None:
    return st.session_state.get(_PICTURE)


def carry(picture: Picture, run_id: str | None = None) -> None:
    """Keep a picture for the next page; with `run_id` that network is asked about it, whichever was asked before."""
    st.session_state[_PICTURE] = picture
    if run_id is not None:
        look_at(run_id)
        st.session_state[_MODEL] = run_id


def pick_model() -> str | None:
    """A choice among the runs that have a model, and `imagenet`; None if there is neither.

    It begins with the run that this session looks at, else with the newest, else with `imagenet`; one that was asked
    for and is not there, or has no weights yet, is named before another is shown. Looking at a run that has no weights
    yet goes on behind it.
    """
    rows = {row.id: row for row in list_runs() if get_run(row.id).has_model}
    names = [*rows, *_ready_made()]
    if not names:
        return None
    wanted = _wanted(names)
    known = wanted if wanted is not None and wanted in names else names[0]
    chosen = st.selectbox(
        _("Network"),
        names,
        index=names.index(known),
        format_func=lambda name: _model_label(rows[name]) if name in rows else _("ImageNet: 1,000 kinds of things"),
        key=f"model {known}",  # the same before the first choice and at it, or that would be lost
    )
    if chosen != known:
        st.query_params.pop(_MODEL, None)
        if chosen in rows:
            look_at(chosen)
        st.session_state[_MODEL] = chosen
    return chosen


def _wanted(names: list[str]) -> str | None:
    """The model that was asked for, by a link or before; of one that cannot be shown it is said why."""
    run = current_run()  # says so if the run of the link is gone, whatever else is asked for
    wanted: str | None = st.query_params.get(_MODEL) or st.session_state.get(_MODEL) or run
    if wanted is None or wanted in names:
        return wanted
    try:
        model_card(wanted)
    except RunStateError as error:  # it is trained at this moment: what is said goes away by itself
        show_warning(error)
    except ImgclsError as error:
        show_error(error)
        st.query_params.pop(_MODEL, None)
        st.session_state.pop(_MODEL, None)
    return None


def choose_model(label: str, key: str, without: str) -> str | None:
    """A choice among the models that there are, but `without`; None if there is no other."""
    rows = {row.id: row for row in list_runs() if get_run(row.id).has_model}
    names = [name for name in (*rows, *_ready_made()) if name != without]
    if not names:
        return None
    chosen: str = st.selectbox(
        label,
        names,
        format_func=lambda name: _model_label(rows[name]) if name in rows else _("ImageNet: 1,000 kinds of things"),
        key=f"{key} {without}",
    )
    return chosen


@st.cache_resource(show_spinner=False)
def _ready_made() -> list[str]:
    """Models that are there without training: `imagenet`, unless its packages are missing."""
    try:
        return [model_card(imagenet.NAME).name]
    except ImgclsError:
        return []


def _model_label(row: RunSummary) -> str:
    accuracy = row.result.get("test_accuracy")
    if accuracy is not None:
        return f"{row.title} · {accuracy:.1%}"
    return _("{title} · still training", title=row.title) if row.status.is_active else row.title
