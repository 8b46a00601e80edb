"""Pictures come into a class: files, the camera, drawings. What cannot be used is named, with the reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from imgcls.datasets import editing
from imgcls.datasets.entries import Skipped
from imgcls.errors import ImageError, ImgclsError
from imgcls.images import shown_name
from imgcls.language import translator
from imgcls.limits import limit
from pages.components.camera import CameraWords, camera
from pages.components.canvas import CanvasWords, canvas
from pages.components.collect_undo import Step, burst_before, note_step
from pages.components.notices import literal, show_error
from pages.components.uploads import let_go, most_megabytes
from pages.components.words import _, language

#: Files left out that are shown at once.
SHOWN = 20


@dataclass
class Addition:
    """Pictures on their way into a class. A run of the page may end in the middle: the next one goes on with it.

    Args:
        name, label: data set and class.
        taken: what has been looked at, so that nothing is added twice.
        keys: what was added.
        left_out: what was not.
        before: what came a moment before and belongs to it.
        stopped: why the rest was not even looked at.
        drawn: by hand, here.
    """

    name: str
    label: str
    taken: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
    left_out: list[Skipped] = field(default_factory=list)
    before: tuple[str, ...] = ()
    stopped: ImgclsError | None = None
    drawn: bool = False

    def add(self, identifier: str, data: bytes, shown: str) -> None:
        """Add one picture, or note why not; after a fault that is not the picture's own nothing more is added."""
        if identifier in self.taken or self.stopped is not None:
            return
        self.taken.add(identifier)
        try:
            self.keys.append(editing.add_image(self.name, self.label, data, shown, self.drawn))
        except ImageError as error:
            self.left_out.append(Skipped(shown_name(shown), error))
        except ImgclsError as error:
            self.stopped = error


def add_files(name: str, label: str) -> None:
    """A place to drop files; it is empty again when they are in."""
    turn = f"collect turn {name} {label}"
    key = f"collect upload {name} {label} {st.session_state.get(turn, 0)}"
    files: list[Any] = st.file_uploader(
        _("Drop pictures of “{label}” here: JPEG, PNG or WebP", label=literal(label)),
        type="image",
        max_upload_size=most_megabytes("image_megabytes"),
        accept_multiple_files=True,
        key=key,
        help=_(
            "At most {megabytes:.0f} MB each. They are kept no larger than {side} × {side} pixels, without the place "
            "and time that cameras write into them.",
            megabytes=limit("image_megabytes"),
            side=int(limit("dataset_side")),
        ),
    )
    if not files:
        return
    addition: Addition = st.session_state.setdefault(f"{key}: addition", Addition(name, label))
    bar = st.progress(0.0)
    for place, file in enumerate(files):
        bar.progress(place / len(files), _("{done} of {count} pictures", done=place, count=len(files)))
        addition.add(file.file_id, file.getvalue(), file.name)
    let_go(files)
    del st.session_state[f"{key}: addition"]
    st.session_state[turn] = st.session_state.get(turn, 0) + 1
    _added(addition)


def add_shots(name: str, label: str) -> None:
    """A camera that stays open."""
    words: CameraWords = {
        "open": _("Open the camera"),
        "take": _("Take pictures"),
        "hint_closed": _("Your browser asks whether it may. Pictures are kept only when you take them."),
        "hint": _("Click for one picture, hold for many. Move a little meanwhile: pictures that differ teach more."),
        "taken": _("{count} taken", count="{count}"),
        "refused": _("There is no camera, or the browser does not allow it. Look at the sign in its address line."),
        "insecure": _(
            "The browser allows a camera only on this computer itself, or over https. Files can be added all the same."
        ),
    }
    addition = Addition(name, label)
    try:
        for place, picture in enumerate(camera(f"collect camera {name} {label}", _("The camera is closed."), words)):
            addition.add(str(place), picture, "camera.jpg")
    except ImageError as error:
        show_error(error)
        return
    if addition.taken:
        now = time.monotonic()
        addition.before = burst_before(name, label, now)
        _added(addition, now)


def add_drawing(name: str, label: str) -> None:
    """Paper that is empty again when the drawing is in."""
    turn = f"collect paper {name} {label}"
    key = f"collect drawing {name} {label} {st.session_state.get(turn, 0)}"
    words: CanvasWords = {
        "undo": _("Undo"),
        "clear": _("Clear"),
        "hint": _("No mouse or finger at hand? Files can be added with the keyboard."),
    }
    try:
        picture = canvas(key, _("Draw “{label}” here", label=label), words)
    except ImageError as error:
        show_error(error)
        return
    if st.button(_("Add the drawing"), disabled=picture is None, key="collect add drawing") and picture is not None:
        st.session_state[turn] = st.session_state.get(turn, 0) + 1
        st.session_state.pop(f"{key}: drawing", None)
        addition = Addition(name, label, drawn=True)
        addition.add("", picture, "drawing.png")
        _added(addition)


_OUTCOME = "collect outcome"


def _added(addition: Addition, burst: float | None = None) -> None:
    """Note what came of it, and draw the page anew."""
    st.session_state[_OUTCOME] = addition
    if keys := (*addition.before, *addition.keys):
        step = Step(_said(len(keys), addition.label), "added", keys, label=addition.label, burst=burst)
        note_step(addition.name, step)
    st.rerun()


def _said(count: int, label: str) -> str:
    if count == 1:
        return _("1 picture was added to “{label}”.", label=label)
    return _("{count} pictures were added to “{label}”.", count=count, label=label)


def outcome(name: str, label: str) -> None:
    """What was left out of the last pictures that were brought into this class, each with its reason."""
    addition: Addition | None = st.session_state.get(_OUTCOME)
    if addition is None or (addition.name, addition.label) != (name, label):
        return
    if addition.stopped is not None:
        show_error(addition.stopped)
    if addition.left_out:
        count = len(addition.left_out)
        st.warning(_("1 file was left out.") if count == 1 else _("{count} files were left out.", count=count))
        left_out_list(addition.left_out)


def left_out_list(left_out: Iterable[Skipped], wrap: Callable[[str], str] = literal) -> None:
    """Files that are not used, with reasons: the first ones, and the others in a fold."""
    translate = translator(language())
    lines = [f"- {wrap(one.reason.say(translate))}" for one in left_out]
    st.markdown("\n".join(lines[:SHOWN]))
    if more := lines[SHOWN:]:
        with st.expander(_("{count} more", count=len(more))):
            st.markdown("\n".join(more))
