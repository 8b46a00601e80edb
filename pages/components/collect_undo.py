"""What this session did to a data set of its own, and the way back, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from imgcls.datasets import editing
from imgcls.errors import ImgclsError
from pages.components.notices import literal, show_error
from pages.components.words import _

#: Steps that can be taken back.
_MOST = 100
#: Seconds between two parts of a burst of pictures, at most.
_MOMENT = 2.0
_ERROR = "collect undo error"


@dataclass(frozen=True)
class Step:
    """Something that was done.

    Args:
        said: what, translated.
        kind: which way back there is.
        keys: the images, as they are called after it.
        before: of images that were moved: as they were called before.
        label: of a class: its name before.
        new: of a class: its name after.
        writing: of what was said about writing: what had been said before.
        burst: when it was, on a clock of seconds, if it is a part of something that comes in parts.
    """

    said: str
    kind: Literal["added", "removed", "moved", "class removed", "class renamed", "writing said"]
    keys: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    label: str = ""
    new: str = ""
    writing: bool | None = None
    burst: float | None = None


def note_step(name: str, step: Step) -> None:
    """Note what was done to the data set `name`."""
    st.session_state[_store(name)] = [*_steps(name)[-_MOST + 1 :], step]


def burst_before(name: str, label: str, now: float) -> tuple[str, ...]:
    """The pictures of a burst that went on until a moment ago. They are noted no more: a new step has them, too."""
    steps = _steps(name)
    last = steps[-1] if steps else None
    if last is None or last.burst is None or last.label != label or now - last.burst > _MOMENT:
        return ()
    st.session_state[_store(name)] = steps[:-1]
    return last.keys


def forget_steps(name: str) -> None:
    """There is no way back: the data set is gone, or another one."""
    st.session_state.pop(_store(name), None)


def _store(name: str) -> str:
    return f"collect steps {name}"


def _steps(name: str) -> list[Step]:
    return list(st.session_state.get(_store(name), []))


def undo_line(name: str) -> None:
    """What was done last, and the button that takes it back. There is always a line: nothing jumps."""
    steps = _steps(name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="collect-undo"):
        if st.button(_("Undo"), disabled=not steps, key="collect undo"):
            _take_back(name)
            st.rerun()
        st.caption(literal(steps[-1].said) if steps else _("What you take out or move can be put back."))
    if error := st.session_state.pop(_ERROR, None):
        show_error(error)


def _take_back(name: str) -> None:
    """Take back the last step; what stands in the way is said on the page."""
    *earlier, last = _steps(name)
    now: dict[str, str] = {}
    for place in range(max(1, len(last.keys))):
        try:
            now |= _taken_back(name, last, place)
        except ImgclsError as error:  # somebody else was there; the other images still go back
            st.session_state[_ERROR] = error
    # images that were moved there and back have new keys, by which earlier steps must know them
    st.session_state[_store(name)] = [
        replace(step, keys=tuple(now.get(key, key) for key in step.keys)) for step in earlier
    ]


def _taken_back(name: str, step: Step, place: int) -> dict[str, str]:
    """Take back what was done to one image, or to the class; returns the image's key before → its key now."""
    if step.kind == "added":
        editing.remove_image(name, step.keys[place])
    elif step.kind == "removed":
        editing.restore_image(name, step.keys[place])
    elif step.kind == "moved":
        before = step.before[place]
        return {before: editing.move_image(name, step.keys[place], before.partition("/")[0])}
    elif step.kind == "class removed":
        editing.restore_class(name, step.label)
    elif step.kind == "writing said":
        editing.set_writing(name, step.writing)
    else:
        editing.rename_class(name, step.new, step.label)
    return {}
