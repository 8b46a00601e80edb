"""Whether pictures of one's own are letters, digits or signs: mirrored, they would mean something else."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.datasets import editing, shelf
from imgcls.datasets.card import read_card
from imgcls.errors import ImgclsError
from pages.components.collect_undo import Step, note_step
from pages.components.notices import show_error
from pages.components.words import _


def ask_writing(key: str) -> bool | None:
    """Whether pictures that are about to be imported are writing; None: the archive may know, and nobody has said.

    Args:
        key: of the control.
    """
    return st.toggle(_label(), key=key, help=_help()) or None


def writing_control(name: str) -> None:
    """A control whose value is noted at once, for all who use the data set, and can be taken back like other steps.

    Raises:
        UnknownNameError: the data set is gone.
        InputError: its card is damaged.
    """
    key = f"writing {name}"
    st.session_state[key] = read_card(shelf.place_of(name)).is_writing  # somebody else may have changed it
    st.toggle(_label(), key=key, on_change=partial(_keep, name, key), help=_help())


def _label() -> str:
    return _("Letters, digits or signs that must not be mirrored")


def _help() -> str:
    return _("With this said, the page on augmentation tells what makes no sense for them, such as mirror images.")


def _keep(name: str, key: str) -> None:
    writing = bool(st.session_state[key])
    try:
        before = editing.set_writing(name, writing)
    except ImgclsError as error:
        show_error(error)
        return
    said = _("These are letters, digits or signs.") if writing else _("These are no letters, digits or signs.")
    note_step(name, Step(said, "writing said", writing=before))
