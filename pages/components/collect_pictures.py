"""The pictures of one class: choose some, and take them out or move them to another class."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from imgcls.datasets import editing
from imgcls.errors import ImgclsError
from pages.components.collect_thumbs import thumbnails
from pages.components.collect_undo import Step, note_step
from pages.components.notices import note, show_error
from pages.components.sheet import Cell, choose_from_sheet
from pages.components.words import _

#: Images of a page.
PAGE = 60
#: Of the control that names a class, in px.
_WIDTH = 180


def pictures_view(name: str, label: str, keys: Sequence[str], classes: Sequence[str]) -> None:
    """All pictures of a class, the newest first."""
    if not keys:
        note(_("There are no pictures yet."))
        return
    pages = -(-len(keys) // PAGE)
    page = st.pagination(pages, key=f"collect page {name} {label} {pages}") - 1 if pages > 1 else 0
    some = list(keys[page * PAGE : (page + 1) * PAGE])
    above = st.container(horizontal=True, vertical_alignment="center", gap="small")
    picked = choose_from_sheet(
        "collect pictures",
        _("Pictures of “{label}”", label=label),
        thumbnails(name, some),
        [Cell(key, "") for key in some],
        two_lines=False,
        version=str(hash((name, *some))),
    )
    with above:
        _actions(name, label, [some[place] for place in picked], classes)


def _actions(name: str, label: str, keys: list[str], classes: Sequence[str]) -> None:
    if st.button(_("Take out"), disabled=not keys, key="collect take out"):
        _take_out(name, label, keys)
    others = [other for other in classes if other != label]
    if not others:
        return
    move = st.container(width="content")
    words = {other: _("to {part}", part=other) for other in others}
    to = st.selectbox(
        _("Class for the chosen"),
        others,
        format_func=words.__getitem__,
        key=f"collect move to {name} {label} {hash(tuple(others))}",
        label_visibility="collapsed",
        width=_WIDTH,
    )
    if move.button(_("Move"), disabled=not keys, key="collect move"):
        _move(name, keys, to)


def _take_out(name: str, label: str, keys: list[str]) -> None:
    done: list[str] = []
    try:
        for key in keys:
            editing.remove_image(name, key)
            done.append(key)
    except ImgclsError as error:
        show_error(error)
    said = (
        _("1 picture was taken out of “{label}”.", label=label)
        if len(done) == 1
        else _("{count} pictures were taken out of “{label}”.", count=len(done), label=label)
    )
    _note(name, Step(said, "removed", tuple(done)), len(keys))


def _move(name: str, keys: list[str], to: str) -> None:
    moved: list[str] = []
    try:
        for key in keys:
            moved.append(editing.move_image(name, key, to))
    except ImgclsError as error:
        show_error(error)
    said = (
        _("1 picture was moved to “{label}”.", label=to)
        if len(moved) == 1
        else _("{count} pictures were moved to “{label}”.", count=len(moved), label=to)
    )
    _note(name, Step(said, "moved", tuple(moved), before=tuple(keys[: len(moved)])), len(keys))


def _note(name: str, step: Step, wanted: int) -> None:
    """Note what was done; where all of it was, the page is drawn anew, else what stood in the way stays on it."""
    if step.keys:
        note_step(name, step)
    if len(step.keys) == wanted:
        st.rerun()
