"""Whose pictures the lesson on transfer learning is about: the reader's own, or some that come with the app."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.lessons.transfer import DATASETS as OFFERED
from imgcls.recipe import Choice
from pages.components.words import _

_KEPT = "transfer pictures"  # not a widget's key: those are forgotten when the step is left


def pictures_choice() -> Choice:
    """The data set that all three steps are about; the reader's own ones come first."""
    names = [*DATASETS.own_names(), *OFFERED]
    kept = st.session_state.get(_KEPT)
    start = names.index(kept) if kept in names else names.index(OFFERED[0])
    name = st.selectbox(
        _("Pictures"), names, start, format_func=lambda one: _(DATASETS.get(one).title), key=f"{_KEPT} {kept}"
    )
    st.session_state[_KEPT] = name
    st.page_link("pages/collect.py", label=_("Collect your own: ten are enough"))
    return Choice(name=name)
