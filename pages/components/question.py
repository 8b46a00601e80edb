"""A question before the result is shown: whoever has committed to an answer looks at the result with other eyes.

Nothing is graded, and nothing is sent anywhere. What to say about the answer, the page that asked knows best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.components.words import _


@dataclass(frozen=True)
class Asked:
    """How a question stands.

    Args:
        is_open: whether the result may be shown: there is an answer, or the reader wanted none.
        answer: the name of the choice, or the number; None if there is none.
    """

    is_open: bool
    answer: str | float | None = None

    @property
    def number(self) -> float | None:
        """The answer to a question with a number; None if there is none."""
        return None if self.answer is None or isinstance(self.answer, str) else float(self.answer)


def ask_first(
    key: str,
    text: str,
    *,
    choices: Mapping[str, str] | None = None,
    low: float = 0.0,
    high: float = 1.0,
    step: float = 0.1,
    start: float | None = None,
) -> Asked:
    """Ask before the result is shown, and keep the answer while the session lasts.

    Args:
        key: names the question within the session.
        text: the question, translated.
        choices: name of each choice → what it says, translated; None for a question with a number.
        low, high, step: the numbers to choose from; start: where the slider stands, else in the middle.

    Returns:
        How the question stands; while it is not open, the page shows no result.
    """
    place = f"question: {key}"  # not a widget's key: those are forgotten when the page is left
    kept: Asked = st.session_state.get(place, Asked(False))
    with st.container(border=True):
        st.markdown(f"**{text}**")
        if kept.is_open:
            _answered(place, kept, choices)
            return kept
        draft = _choice(key, text, choices) if choices else _number(key, text, low, high, step, start)
        with st.container(horizontal=True):
            given = st.button(_("That is my answer"), type="primary", disabled=draft is None, key=f"{place} give")
            skipped = st.button(_("Show it without an answer"), type="tertiary", key=f"{place} skip")
    if given or skipped:
        st.session_state[place] = Asked(True, draft if given else None)
        st.rerun()
    return kept


def _choice(key: str, text: str, choices: Mapping[str, str]) -> str | None:
    return st.radio(
        text,
        list(choices),
        index=None,
        format_func=lambda name: choices[name],
        horizontal=True,
        label_visibility="collapsed",
        key=f"question {key} choice",
    )


def _number(key: str, text: str, low: float, high: float, step: float, start: float | None) -> float:
    middle = low + round((high - low) / 2 / step) * step
    first = middle if start is None else start
    key = f"question {key} number"
    # a whole number of points or per cent is written as one
    return st.slider(text, low, high, first, step, format="%.4g", label_visibility="collapsed", key=key)


def _answered(place: str, kept: Asked, choices: Mapping[str, str] | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if kept.answer is None:
            st.caption(_("No answer given"))
        else:
            said = choices.get(str(kept.answer), str(kept.answer)) if choices else f"{kept.answer:g}"
            st.caption(_("You said: {answer}", answer=said))
        if st.button(_("Ask me again"), type="tertiary", key=f"{place} again"):
            st.session_state.pop(place)
            st.rerun()
