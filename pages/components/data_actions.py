"""What can be done to chosen images, and taken back. It is noted beside the data; no image is touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np
import streamlit as st

from imgcls.datasets.corrections import Correction, can_undo, correct, undo
from imgcls.datasets.look import Look, PartName, as_stored, left_out, moved, relabelled
from imgcls.datasets.registry import Part
from imgcls.errors import ImgclsError
from pages.components.data_choice import Asked, part_words
from pages.components.notices import show_error
from pages.components.words import _

#: Grows with every change, so that what was chosen for it is chosen no more.
_CHANGES = "data changes"
#: Of a control that says what an action does, in px.
_WIDTH = 140


def changes_so_far() -> int:
    """A number that is another after every change in this session."""
    return int(st.session_state.get(_CHANGES, 0))


def change(asked: Asked, changes: Mapping[str, Correction]) -> None:
    """Note these corrections and draw the page anew; what stands in the way is said."""
    if asked.corrections.changed(changes) == asked.corrections:
        st.toast(_("Nothing to change: the chosen images are like that already."))
        return
    try:
        correct(asked.dataset, changes)
    except ImgclsError as error:
        show_error(error)
        return
    _drawn_anew()


def _drawn_anew() -> None:
    st.session_state[_CHANGES] = changes_so_far() + 1
    st.rerun()


def actions(asked: Asked, seen: Look, places: np.ndarray) -> None:
    """Buttons for the images at these places; none are chosen, none can be pressed."""
    nobody = not len(places)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _relabel(asked, seen, places)
        _move(asked, seen, places)
        if st.button(_("Leave out"), disabled=nobody, key="data leave out"):
            change(asked, left_out(seen, places))
        if st.button(_("As it was"), disabled=nobody, key="data as it was"):
            change(asked, as_stored(seen, places))


def _relabel(asked: Asked, seen: Look, places: np.ndarray) -> None:
    names, before = seen.images.class_names, st.container(width="content")
    label = st.selectbox(
        _("Class for the chosen"),
        names,
        format_func=lambda name: _("as {name}", name=name),
        key=f"data new class {hash(names)}",
        label_visibility="collapsed",
        width=_WIDTH,
    )
    if before.button(_("Relabel"), disabled=not len(places), key="data relabel"):
        change(asked, relabelled(seen, places, label))


def _move(asked: Asked, seen: Look, places: np.ndarray) -> None:
    words, names, before = part_words(), list(get_args(PartName)), st.container(width="content")
    part = st.selectbox(
        _("Part for the chosen"),
        names,
        format_func=lambda name: _("to {part}", part=words[Part[name.upper()]]),
        key="data new part",
        label_visibility="collapsed",
        width=_WIDTH,
    )
    if before.button(_("Move"), disabled=not len(places), key="data move"):
        change(asked, moved(seen, places, part))


def undo_buttons(asked: Asked) -> None:
    """How many corrections there are, and the way back and forth."""
    back, forth = can_undo(asked.dataset)
    count = len(asked.corrections.images)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.caption(
            _("1 correction") if count == 1 else _("{count:,} corrections", count=count),
            help=_("Corrections lie over the data. The files stay as they are, and every step can be taken back."),
            width="content",
        )
        if st.button(_("Undo"), disabled=not back, key="data undo"):
            _step(asked, 1)
        if st.button(_("Redo"), disabled=not forth, key="data redo"):
            _step(asked, -1)


def _step(asked: Asked, steps: int) -> None:
    try:
        undo(asked.dataset, steps)
    except ImgclsError as error:
        show_error(error)
        return
    _drawn_anew()
