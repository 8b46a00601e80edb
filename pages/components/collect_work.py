"""Something is imported, or a data set checked, while the page goes on: how far it is, a way out, what came of it."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from imgcls.atomic import disk_errors
from imgcls.datasets import own
from imgcls.datasets.background import Work, start_work, works_under_way
from imgcls.datasets.checking import check_dataset
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.names import is_name, tidy
from imgcls.home import check_space, folder
from pages.components.collect_choice import look_at_own
from pages.components.collect_report import report_view
from pages.components.collect_undo import forget_steps
from pages.components.notices import literal, note, show_error
from pages.components.words import _

#: The work whose outcome this session is waiting for.
_KEPT = "collect work"
#: Seconds between two looks at it.
_TICK = 0.5
#: Seconds after which an archive that a dead process left behind is deleted.
_OLD = 86_400


def begin_import(name: str, write: Callable[[Path], None], called: str, replace: bool, writing: bool | None) -> None:
    """Import an archive, in the background.

    Args:
        name: of the data set.
        write: writes the archive to a file.
        called: what that file is called, in messages too.
        replace: whether it may take the place of a data set that is there.
        writing: whether it is letters, digits or signs; None: what the archive says of itself.

    Raises:
        InputError: something is done to that data set already.
        PlaceError: the disk is full, or does not allow it.
        Whatever `write` raises.
    """
    check_space()
    uploads = folder("cache", "uploads")
    _forget_old(uploads)
    with disk_errors(uploads):
        place = Path(tempfile.mkdtemp(dir=uploads))
    try:
        archive = place / called
        write(archive)
        work = start_work(
            "import",
            name,
            lambda tell: import_dataset(name, archive, replace, tell, writing),
            lambda: shutil.rmtree(place, ignore_errors=True),
        )
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    st.session_state[_KEPT] = work


def _forget_old(uploads: Path) -> None:
    for path in uploads.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _OLD:
                shutil.rmtree(path, ignore_errors=True)


def name_for(file: str) -> str:
    """What a data set from this file is called unless somebody says otherwise."""
    return name_from(Path(file).stem)


def name_from(words: str) -> str:
    """The same for what is no file."""
    stem = tidy(re.sub(r"[^\w .-]|_", " ", words)).strip(" .-")[:40].strip(" .-")
    return stem if is_name(stem) else _("my pictures")


def begin_check(name: str) -> None:
    """Look the data set over, in the background.

    Raises:
        InputError: something is done to it already.
    """
    st.session_state[_KEPT] = start_work("check", name, lambda tell: check_dataset(name, tell))


def work_view(name: str) -> None:
    """Whatever is being done, and what came of what this session is waiting for.

    Args:
        name: of the data set that is looked at, empty for none; a report on another one waits.
    """
    for work in works_under_way():
        if work.name == name or not own.names():
            st.session_state.setdefault(_KEPT, work)  # the page was loaded anew meanwhile
        is_ours = st.session_state.get(_KEPT) is work
        if is_ours or work.kind == "import":
            _progress(work, is_ours)
    kept: Work | None = st.session_state.get(_KEPT)
    if kept is not None and not kept.is_running:
        _outcome(kept, name)


def _words(work: Work) -> str:
    if work.is_cancelled:
        return _("Stopping …")
    if work.kind == "import":
        return _("Importing “{name}”: {share:.0%}", name=work.name, share=work.share)
    return _("Checking “{name}”: {share:.0%}", name=work.name, share=work.share)


@st.fragment(run_every=_TICK)
def _progress(work: Work, is_ours: bool) -> None:
    """How far it is. Only those who wait for it can cancel it."""
    if not work.is_running:
        st.rerun()
    with st.container(border=True):
        st.progress(work.share, text=literal(_words(work)))
        if is_ours:
            key = f"collect cancel {work.name}"
            st.button(_("Cancel"), disabled=work.is_cancelled, on_click=work.cancel, key=key)


def _outcome(work: Work, name: str) -> None:
    if work.report is not None and work.kind == "import" and st.session_state.get(f"{_KEPT} shown") is not work:
        st.session_state[f"{_KEPT} shown"] = work
        forget_steps(work.report.name)
        if work.report.name != name:
            look_at_own(work.report.name)
            st.rerun()
    if work.error is not None:
        show_error(work.error)
    elif work.report is None:
        note(_("It was stopped. Nothing has changed."))
    elif work.report.name != name:
        return
    else:
        report_view(work)
    if st.button(_("Close"), key="collect close"):
        del st.session_state[_KEPT]
        st.rerun()
