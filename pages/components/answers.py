"""Asking the inference worker from a page that must not block.

A page asks, and draws what has been answered; while an answer is under way it shows a place holder
that looks again by itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, TimeoutError, wait
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from imgcls.engines.inference import Answer, Question
from imgcls.errors import ImgclsError
from imgcls.limits import limit
from pages.components.services import inference
from pages.components.words import _

#: What a page may wait before it says so instead, in seconds, and for what is slow unless it is known already. A warm
#: answer takes some hundredths.
_PATIENCE, _BRIEFLY = 0.25, 0.03
#: Seconds between two looks after an answer, and how much of them a look waits for it: who waits hears of it at once.
_EVERY, _LISTENS = 0.25, 0.2


@dataclass
class _Asked:
    """What was asked at a place: the question and its digest, since when, and looks since the page was drawn."""

    digest: str
    question: Question
    begun: float
    looks: int = 0

    def is_done(self) -> bool:
        """Whether the answer has come; waits for it a little, but not while the page is being drawn."""
        self.question.look()
        if self.looks:
            wait([self.question], _LISTENS)
        self.looks += 1
        return self.question.done()


def ask(
    place: str,
    operation: str,
    arrays: dict[str, np.ndarray] | None = None,
    slow: bool = False,
    **arguments: Any,
) -> Answer | None:
    """The answer to an operation, or None while it is under way. Asking the same again costs nothing.

    A question that failed says so once and is asked anew at the next run: what stood in its way may have gone. A slow
    one that nobody looks at any more is taken back, and asked anew should somebody come again.

    Args:
        place: names the answer's place on the page; a new question at the same place replaces the old one, which is
            taken back.
        slow: it may take seconds: it is hardly waited for, and `waiting_long` shows how far it is.

    Raises:
        ImgclsError: what the worker refused.
    """
    key, digest = f"answer: {place}", _digest(operation, arrays or {}, arguments)
    asked: _Asked | None = st.session_state.get(key)
    if asked is None or asked.digest != digest or asked.question.cancelled():
        drop(place)
        asked = _Asked(digest, _begun(operation, arrays, slow, arguments), time.monotonic())
        st.session_state[key] = asked
    asked.looks = 0
    asked.question.look()
    try:
        return asked.question.result(_BRIEFLY if slow else _PATIENCE)
    except (TimeoutError, CancelledError):
        return None
    except ImgclsError:
        st.session_state.pop(key)
        raise


def _begun(operation: str, arrays: dict[str, np.ndarray] | None, slow: bool, arguments: dict[str, Any]) -> Question:
    if not slow:
        return inference().ask(operation, arrays, **arguments)
    patience = limit("unwatched_seconds")
    return inference().ask(operation, arrays, slow=True, forget_after=patience, is_there=_visitor(), **arguments)


def _visitor() -> Callable[[], bool]:
    """Whether the visitor of this session is still connected; for any thread."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    session = context.session_id
    return lambda: runtime.get_instance().is_active_session(session)


def drop_unanswered(place: str) -> None:
    """Take back what was asked at a place that is shown no more; what has been answered stays known."""
    asked: _Asked | None = st.session_state.get(f"answer: {place}")
    if asked is not None and not asked.question.done():
        drop(place)


def drop(place: str) -> None:
    """Take back what was asked at a place, and forget it."""
    asked: _Asked | None = st.session_state.pop(f"answer: {place}", None)
    if asked is not None:
        asked.question.cancel()


def is_asked(place: str) -> bool:
    """Whether something has been asked at a place, answered or not."""
    return f"answer: {place}" in st.session_state


def waiting(place: str, text: str | None = None) -> None:
    """Stands where the answer of `place` will be, and runs the page again when it has come."""
    look_again(place, text or _("Asking the network …"))


@st.fragment(run_every=_EVERY)
def look_again(place: str, text: str = "") -> None:
    """Run the page again when the answer of `place` has come; until then show `text`, if there is any."""
    asked: _Asked | None = st.session_state.get(f"answer: {place}")
    if asked is None or asked.is_done():
        st.rerun()
    if not text:
        return
    seconds = time.monotonic() - asked.begun
    st.info(
        text
        if seconds < 2
        else _("{text} ({seconds:.0f} s; the first time takes about ten)", text=text, seconds=seconds)
    )


@st.fragment(run_every=_EVERY)
def waiting_long(place: str, text: str, on_cancel: Callable[[], None] | None = None) -> None:
    """Stands where the answer of slow work will be: how far it is, and a way out; runs the page when it has come.

    Args:
        on_cancel: called before the question is taken back.
    """
    asked: _Asked | None = st.session_state.get(f"answer: {place}")
    if asked is None or asked.is_done():
        st.rerun()
    done, total = asked.question.progress or (0, 0)
    share = done / total if total else 0.0
    seconds = time.monotonic() - asked.begun
    if share > 0.02:
        text = _("{text} · about {seconds:.0f} s to go", text=text, seconds=seconds / share - seconds)
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(min(share, 1.0), text)
    if button.button(_("Cancel"), key=f"cancel {place}"):
        if on_cancel is not None:
            on_cancel()
        drop(place)
        st.rerun()


def _digest(operation: str, arrays: dict[str, np.ndarray], arguments: dict[str, Any]) -> str:
    digest = hashlib.sha256(repr((operation, sorted(arguments.items()))).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
