"""The reader's language: who reads, in what, and how to change it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from imgcls.language import LANGUAGES, language_of, translator

_CHOICE = "language"
_SWITCH = "language_switch"


def language() -> str:
    """The reader's language: what was chosen in this session, else `?lang=`, else the browser's.

    A language in the address becomes the session's choice, because switching pages drops the query string.
    """
    chosen = st.session_state.get(_CHOICE)
    if chosen in LANGUAGES:
        return str(chosen)
    asked = st.query_params.get("lang")
    if asked is None:
        return language_of(st.context.locale)
    st.session_state[_CHOICE] = language_of(asked)
    return language_of(asked)


def _(text: str, /, **values: Any) -> str:
    """`text` in the reader's language, with `values` put into its `{name}` places."""
    translated = translator(language())(text)
    return translated.format(**values) if values else translated


def listed(names: Iterable[str]) -> str:
    """Names in a row, with what stands between them in the reader's language."""
    return _(", ").join(names)


def epochs_words(count: int) -> str:
    """So many epochs, in words: “1 epoch”."""
    return _("1 epoch") if count == 1 else _("{epochs} epochs", epochs=count)


def language_switch() -> None:
    """A small control with each language under its own name; the choice holds for the session."""
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        default=language(),
        required=True,
        key=_SWITCH,
        label_visibility="collapsed",
        on_change=_remember,
    )


def _remember() -> None:
    # a callback runs before the page does, so the whole page is already in the new language
    st.session_state[_CHOICE] = st.session_state[_SWITCH]
