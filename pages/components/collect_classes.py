"""The classes as cards: what each is called, how many pictures it has, and one at a time open for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from imgcls.datasets import editing, own
from imgcls.errors import ImgclsError
from pages.components.collect_adding import add_drawing, add_files, add_shots, outcome
from pages.components.collect_pictures import pictures_view
from pages.components.collect_thumbs import newest, thumbnails
from pages.components.collect_undo import Step, note_step
from pages.components.notices import literal, show_error
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _

#: Newest pictures on a card that is not open: one row, on a phone too.
_STRIP = 4


def class_cards(name: str, counts: Mapping[str, int]) -> None:
    """A card for each class, and a line to name another."""
    keys = own.keys(name)
    opened = _opened(name, counts)
    largest = max([*counts.values(), 1])
    for label, count in counts.items():
        with st.container(border=True):
            _card(name, label, newest(label, keys), count / largest, label == opened, list(counts))
    _new_class(name)


def _store(name: str) -> str:
    return f"collect open {name}"


def open_class(name: str, label: str) -> None:
    """Make this the class that is open for more pictures."""
    st.session_state[_store(name)] = label


def _opened(name: str, counts: Mapping[str, int]) -> str | None:
    """The class that is open: the one that was opened last, else the first without pictures, else the first."""
    kept = st.session_state.get(_store(name))
    if kept in counts:
        return str(kept)
    first = next((label for label, count in counts.items() if not count), next(iter(counts), None))
    if first is not None:
        open_class(name, first)  # it stays open when it has pictures
    return first


def _card(name: str, label: str, keys: Sequence[str], share: float, is_open: bool, classes: list[str]) -> None:
    about, pictures, buttons = st.columns([3, 5, 4], vertical_alignment="center")
    with about:
        _about(label, len(keys), share)
    with pictures:
        if keys and not is_open:
            cells = [Cell(key, "") for key in keys[:_STRIP]]
            show_sheet(
                f"collect strip {label}",
                _("The newest pictures of “{label}”", label=label),
                thumbnails(name, keys[:_STRIP]),
                cells,
            )
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if not is_open and st.button(_("Add pictures"), key=f"collect open {label}"):
            open_class(name, label)
            st.rerun()
        _edit(name, label)
    if is_open:
        _open_card(name, label, keys, classes)


def _about(label: str, count: int, share: float) -> None:
    st.markdown(f"**{literal(label)}**")
    said = _("1 picture") if count == 1 else _("{count:,} pictures", count=count)
    st.progress(share, said)


def _open_card(name: str, label: str, keys: Sequence[str], classes: list[str]) -> None:
    ways = {
        "files": _("Files"),
        "camera": _("Camera"),
        "draw": _("Draw"),
    }
    adding, there = st.columns([5, 6], gap="medium")
    with adding:
        way = st.segmented_control(
            _("Add pictures from"),
            list(ways),
            format_func=ways.__getitem__,
            default="files",
            required=True,
            key="collect way",
            persist_state="session",
            label_visibility="collapsed",
        )
        if way == "camera":
            add_shots(name, label)
        elif way == "draw":
            add_drawing(name, label)
        else:
            add_files(name, label)
        outcome(name, label)
    with there:
        pictures_view(name, label, keys, classes)


def _edit(name: str, label: str) -> None:
    """Behind a small button: another name, or away with it."""
    with st.popover(_("Edit"), key=f"collect edit {label}"):
        with st.form(f"collect rename {label}", border=False):
            new = st.text_input(_("Name of the class"), label, max_chars=64, key=f"collect name {label}")
            if st.form_submit_button(_("Rename")) and new != label:
                _rename(name, label, new)
        if st.button(_("Remove the class"), key=f"collect remove {label}"):
            _remove(name, label)


def _rename(name: str, label: str, new: str) -> None:
    try:
        named = editing.rename_class(name, label, new)
    except ImgclsError as error:
        show_error(error)
        return
    if named != label:
        said = _("“{label}” is called “{new}” now.", label=label, new=named)
        note_step(name, Step(said, "class renamed", label=label, new=named))
        if st.session_state.get(_store(name)) == label:
            open_class(name, named)
    st.rerun()


def _remove(name: str, label: str) -> None:
    try:
        editing.remove_class(name, label)
    except ImgclsError as error:
        show_error(error)
        return
    note_step(name, Step(_("The class “{label}” was removed.", label=label), "class removed", label=label))
    st.rerun()


def _new_class(name: str) -> None:
    turn = f"collect classes made {name}"
    with st.form("collect new class", border=False):
        field, button = st.columns([5, 3], vertical_alignment="bottom")
        label = field.text_input(
            _("Another class"),
            max_chars=64,
            placeholder=_("its name"),
            key=f"{turn} {st.session_state.get(turn, 0)}",
        )
        if button.form_submit_button(_("Add the class")):
            _add_class(name, label, turn)


def _add_class(name: str, label: str, turn: str) -> None:
    try:
        made = editing.add_class(name, label)
    except ImgclsError as error:
        show_error(error)  # and the name stays in its field
        return
    st.session_state[turn] = st.session_state.get(turn, 0) + 1
    open_class(name, made)
    st.rerun()
