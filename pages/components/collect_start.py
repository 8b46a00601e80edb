"""How a data set of one's own begins: with names of classes, or with an archive."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imgcls.datasets import editing, names, own
from imgcls.errors import ImgclsError
from pages.components.collect_choice import look_at_own
from pages.components.collect_work import begin_import, name_for
from pages.components.notices import literal, note, show_error
from pages.components.uploads import let_go, most_megabytes
from pages.components.words import _
from pages.components.writing import ask_writing

#: The command that does what a browser cannot.
COMMAND = "python -m imgcls dataset import NAME FOLDER-or-ZIP"


def start_view() -> None:
    """What will be here, and the two ways to begin."""
    st.markdown(
        _(
            "Collect pictures of the things that a network shall tell apart, class by class: from files, with the "
            "camera, or drawn. Some twenty of each are a beginning. Then train, and try it on a picture it has not "
            "seen."
        )
    )
    classes, archive = st.columns(2, gap="medium")
    with classes.container(border=True):
        _begin_with_classes()
    with archive.container(border=True):
        _begin_with_archive()


def _begin_with_classes() -> None:
    title = _("Start with two classes")
    st.markdown(f"**{title}**")
    with st.form("collect start", border=False):
        name = st.text_input(
            _("Name of the data set"), max_chars=64, placeholder=_("my pictures"), key="collect start name"
        )
        first, second = st.columns(2)
        labels = [
            first.text_input(_("One class"), max_chars=64, placeholder=_("cup"), key="collect start 1"),
            second.text_input(_("Another class"), max_chars=64, placeholder=_("no cup"), key="collect start 2"),
        ]
        if st.form_submit_button(_("Begin"), type="primary"):
            _make(name or _free(_("my pictures")), labels)


def _free(name: str) -> str:
    """`name`, with a number if there is a data set of that name."""
    taken = {known.casefold() for known in own.names()}
    tries = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return next(one for one in tries if one.casefold() not in taken)


def _make(name: str, labels: list[str]) -> None:
    """Make a data set with these classes, or none at all."""
    try:
        for label in labels:
            names.class_name(label)
        made = editing.create(name)
    except ImgclsError as error:
        show_error(error)
        return
    try:
        for label in labels:
            editing.add_class(made, label)
    except ImgclsError as error:
        editing.delete(made)
        show_error(error)
        return
    look_at_own(made)
    st.rerun()


def _begin_with_archive() -> None:
    title = _("Bring a ZIP archive")
    st.markdown(f"**{title}**")
    turn = st.session_state.get("collect archive turn", 0)
    most = most_megabytes("upload_megabytes")
    file: Any = st.file_uploader(
        _("A folder for each class, in a ZIP of at most {megabytes} MB", megabytes=most),
        type="zip",
        max_upload_size=most,
        key=f"collect archive {turn}",
    )
    if file is not None:
        _ask_and_import(file)
    note(_("Something larger, or a folder on this computer? One line in a terminal brings it:"))
    st.code(COMMAND, language=None, wrap_lines=True)


def _ask_and_import(file: Any) -> None:
    name = st.text_input(_("Name"), name_for(file.name), max_chars=64, key=f"collect archive name {file.file_id}")
    taken = _taken(name)
    replace = bool(taken) and st.toggle(
        _("Replace “{name}” and its {count:,} pictures", name=literal(taken), count=sum(own.classes(taken).values())),
        key=f"collect replace {taken} {file.file_id}",
        help=_("What is in it now is lost for good."),
    )
    writing = ask_writing(f"collect writing {file.file_id}")
    blocked = bool(taken) and not replace
    if st.button(_("Import"), type="primary", disabled=blocked, key="collect import"):
        try:
            chosen = taken or names.dataset_name(name)
            begin_import(chosen, file.getvalue(), file.name, replace, writing)
            let_go([file])
        except ImgclsError as error:
            show_error(error)
            return
        st.session_state["collect archive turn"] = st.session_state.get("collect archive turn", 0) + 1
        st.rerun()


def _taken(name: str) -> str:
    """The data set whose place this name would take; empty: none."""
    wanted = names.tidy(name).casefold()
    return next((known for known in own.names() if known.casefold() == wanted), "")
