"""Whose pictures the lesson on transfer learning is about: the reader's own, or some that come with the app."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.lessons.transfer import DATASETS as OFFERED
from imgcls.recipe import Choice
from pages.components.lesson import came_from
from pages.components.words import _

_KEPT = "transfer pictures"  # not a widget's key: those are forgotten when the step is left


def pictures_choice() -> Choice:
    """The data set that all three steps are about: the reader's own pictures, as soon as there are any.

    What was collected since the last look is taken for what the reader came back with.
    """
    own = DATASETS.own_names()
    names, key = [*own, *OFFERED], f"{_KEPT} choice"
    kept, seen = st.session_state.get(_KEPT, (None, []))
    new = [one for one in own if one not in seen]
    looked_at = st.session_state.get("dataset")  # on the page where pictures are collected
    if new or kept not in names:
        kept = looked_at if looked_at in new else (new or names)[0]
        st.session_state[key] = kept
    elif st.session_state.get(key) not in names:
        st.session_state[key] = kept
    name = st.selectbox(_("Pictures"), names, format_func=lambda one: _(DATASETS.get(one).title), key=key)
    st.session_state[_KEPT] = (name, own)
    label = _("Collect more of your own") if own else _("Collect ten pictures of your own")
    st.page_link("pages/collect.py", label=label, query_params=came_from("transfer"))
    return Choice(name=name)
