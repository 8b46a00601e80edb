"""How a data set of one's own begins: with names of classes, with an archive, or with a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from imgcls.atomic import write_bytes
from imgcls.datasets import editing, names, own
from imgcls.datasets.bundling import bundle, check_size, folder_name
from imgcls.errors import ImgclsError
from pages.components.collect_choice import look_at_own
from pages.components.collect_work import begin_import, name_for, name_from
from pages.components.notices import literal, note, show_error
from pages.components.uploads import let_go, most_megabytes
from pages.components.words import _
from pages.components.writing import ask_writing

#: The command that does what a browser cannot.
COMMAND = "python -m imgcls dataset import NAME FOLDER-or-ZIP"
#: How many archives or folders this session has brought: each has an uploader of its own.
_TURN = "collect archive turn"


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


@dataclass(frozen=True)
class _Brought:
    """What somebody brings.

    Args:
        files: what the uploader returned.
        usual: what a data set of it is called unless somebody says otherwise.
        called: the archive, in messages.
        write: writes the archive to a file.
    """

    files: list[Any]
    usual: str
    called: str
    write: Callable[[Path], None]

    @property
    def key(self) -> str:
        """Another one for other files."""
        return f"{self.files[0].file_id} {len(self.files)}"


def _begin_with_archive() -> None:
    title = _("Bring a ZIP archive or a folder")
    st.markdown(f"**{title}**")
    ways = {"archive": _("ZIP archive"), "folder": _("Folder")}
    way = st.segmented_control(
        _("What you bring"),
        list(ways),
        format_func=ways.__getitem__,
        default="archive",
        required=True,
        key="collect bring",
        label_visibility="collapsed",
    )
    brought = _folder() if way == "folder" else _archive()
    if brought is not None:
        _ask_and_import(brought)
    note(_("Something larger? One line in a terminal on the server brings it:"))
    st.code(COMMAND, language=None, wrap_lines=True)


def _turn() -> int:
    return int(st.session_state.get(_TURN, 0))


def _archive() -> _Brought | None:
    most = most_megabytes("upload_megabytes")
    file: Any = st.file_uploader(
        _("A folder for each class, in a ZIP of at most {megabytes} MB", megabytes=most),
        type="zip",
        max_upload_size=most,
        key=f"collect archive {_turn()}",
    )
    if file is None:
        return None
    usual = name_for(file.name)
    return _Brought([file], usual, f"{usual}.zip", lambda path: write_bytes(path, file.getvalue(), durable=False))


def _folder() -> _Brought | None:
    """What is in there besides pictures is sent as well, and told: nobody is to miss a photograph without a word."""
    most = most_megabytes("upload_megabytes")
    files: list[Any] = st.file_uploader(
        _("A folder with a folder for each class in it, of at most {megabytes} MB", megabytes=most),
        accept_multiple_files="directory",
        max_upload_size=most,
        key=f"collect folder {_turn()}",
    )
    if not files:
        return None
    found = folder_name([file.name for file in files])
    usual = name_from(found)
    try:
        check_size(found or usual, sum(file.size for file in files))
    except ImgclsError as error:
        _forget(files)
        show_error(error)
        return None
    return _Brought(files, usual, usual, lambda path: bundle([(file.name, file.getbuffer()) for file in files], path))


def _forget(files: list[Any]) -> None:
    """Let go of the files; the uploader is another one, and empty, from here on."""
    let_go(files)
    st.session_state[_TURN] = _turn() + 1


def _ask_and_import(brought: _Brought) -> None:
    name = st.text_input(_("Name"), brought.usual, max_chars=64, key=f"collect archive name {brought.key}")
    taken = _taken(name)
    replace = bool(taken) and st.toggle(
        _("Replace “{name}” and its {count:,} pictures", name=literal(taken), count=sum(own.classes(taken).values())),
        key=f"collect replace {taken} {brought.key}",
        help=_("What is in it now is lost for good."),
    )
    writing = ask_writing(f"collect writing {brought.key}")
    blocked = bool(taken) and not replace
    if st.button(_("Import"), type="primary", disabled=blocked, key="collect import"):
        try:
            begin_import(taken or names.dataset_name(name), brought.write, brought.called, replace, writing)
        except ImgclsError as error:
            show_error(error)
            return
        _forget(brought.files)
        st.rerun()


def _taken(name: str) -> str:
    """The data set whose place this name would take; empty: none."""
    wanted = names.tidy(name).casefold()
    return next((known for known in own.names() if known.casefold() == wanted), "")
