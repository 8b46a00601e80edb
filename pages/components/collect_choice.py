"""Which data set of one's own is looked at: that of the link, else that of this session, else the first."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import own, shelf
from imgcls.errors import UnknownNameError
from pages.components.notices import show_error
from pages.components.words import _

#: Where the name is kept, and its place in the link; empty: a new one is to be made.
_KEPT = "dataset"


def look_at_own(name: str) -> None:
    """Make this the data set that the page shows next; empty: the page where one begins."""
    st.session_state[_KEPT] = name
    if name:
        st.query_params[_KEPT] = name
    else:
        st.query_params.pop(_KEPT, None)


def current_own() -> str:
    """The name of the data set that is looked at; empty: a new one is to be made.

    One that is not there, or no more, is said so once and forgotten.
    """
    known = own.names()
    asked = st.query_params.get(_KEPT) or st.session_state.get(_KEPT)
    if asked is None:
        return known[0] if known else ""
    if asked and asked not in known:
        _say_missing(asked)
        look_at_own(known[0] if known else "")
    elif asked:
        look_at_own(asked)  # switching pages drops the query string
    return str(st.session_state[_KEPT])


def _say_missing(name: str) -> None:
    try:
        shelf.place_of(name)
    except UnknownNameError as error:
        show_error(error)


def choose_own(current: str) -> None:
    """A choice among the data sets there are, and a new one; there is at least one."""
    known = own.names()
    names = [*known, ""]
    chosen = st.selectbox(
        _("Data set"),
        names,
        names.index(current),
        format_func=lambda name: name or _("New data set …"),
        key=f"collect data set {current}",
    )
    if chosen != current:
        look_at_own(chosen)
        st.rerun()
