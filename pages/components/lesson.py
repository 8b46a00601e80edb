"""The frame of every lesson: its head, its three steps, and the words at its foot."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page

from imgcls.lessons import LESSONS, Lesson, lesson, neighbours
from pages.components.glossary import words_fold
from pages.components.notices import empty
from pages.components.words import _

PAGES = Path(__file__).resolve().parents[1]

Step = Literal["see", "change", "find"]
#: Where the lesson that one comes from stands in a link, and the one that is being read in the session.
_FROM, _LESSON = "from", "lesson being read"
STEPS: tuple[Step, ...] = ("see", "change", "find")


def offered() -> list[Lesson]:
    """The lessons whose page is there, in the article's order."""
    return [one for one in LESSONS if (PAGES / one.page).exists()]


def lesson_pages() -> list[Page]:
    """The overview and every lesson that is offered, for the navigation."""
    lessons = [
        st.Page(_page(one), title=f"{one.number} · {_(one.title)}", url_path=one.page.removesuffix(".py"))
        for one in offered()
    ]
    return [st.Page("pages/learn.py", title=_("All lessons"), url_path="learn"), *lessons]


def lesson_head(name: str) -> None:
    """What the lesson asks, its idea in one sentence, its formula, and the ways to the lessons beside it."""
    one = lesson(name)
    st.session_state[_LESSON] = name
    _ways(one)
    st.title(_(one.question))
    if not one.formula:
        st.markdown(_(one.idea))
        return
    words, formula = st.columns([6, 5], vertical_alignment="center")
    words.markdown(_(one.idea))
    formula.latex(one.formula)


def lesson_step(name: str) -> Step:
    """The reader's choice among the three steps of the lesson; kept while the session lasts."""
    labels = {
        "see": _("1 · See it"),
        "change": _("2 · Change it"),
        "find": _("3 · Find it in your own network"),
    }
    kept = st.session_state.get(_kept(name), "see")
    key = f"step {name} {kept}"
    chosen = st.segmented_control(
        _("Step of the lesson"),
        list(STEPS),
        format_func=labels.__getitem__,
        default=kept,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=_remember_step,
        args=(name, kept, key),
    )
    return chosen or "see"


def _remember_step(name: str, shown: Step, key: str) -> None:
    """Keep the step that was chosen while `shown` was the one on the page.

    While a part of the page draws itself anew, the control of a step that was left may report once more: that is no
    choice.
    """
    if st.session_state.get(_kept(name), "see") == shown:
        st.session_state[_kept(name)] = st.session_state[key]


def lesson_foot(name: str, step: Step) -> None:
    """The way on to the next step or lesson, and the lesson's words."""
    one, place = lesson(name), STEPS.index(step)
    if step != "find":
        label = _("Go on: change it") if step == "see" else _("Go on: find it in your own network")
        st.button(label, on_click=go_to_step, args=(name, STEPS[place + 1]), key=f"on {name}")
    else:
        following = neighbours(name, offered())[1]
        if following is not None:
            st.page_link(_page(following), label=_("Next lesson: {title}", title=_(following.title)))
    words_fold(*one.words)


def no_network_yet() -> None:
    """What the third step shows as long as nothing has been trained: the way to it, and from there back."""
    name = st.session_state.get(_LESSON)
    empty(
        _("Your own network will stand here"),
        _("Train one first: ten seconds are enough for the article's network."),
        _("Train a network"),
        "pages/train.py",
        came_from(name) if name else None,
    )


def go_to_step(name: str, step: Step) -> None:
    """Open a step of a lesson at the next run; for callbacks and links from elsewhere."""
    st.session_state[_kept(name)] = step


def came_from(name: str) -> dict[str, str]:
    """The query of a link that leads away from a lesson for a while: `way_back` then leads back to it."""
    return {_FROM: name}


def way_back() -> None:
    """The way back to the lesson that sent the reader here; nothing if none did."""
    known = {one.name: one for one in offered()}
    one = known.get(st.query_params.get(_FROM, ""))
    if one is not None:
        label = _("← Back to lesson {number}: {title}", number=one.number, title=_(one.title))
        st.page_link(_page(one), label=label)


def _kept(name: str) -> str:
    return f"lesson step: {name}"  # not a widget's key: those are forgotten when the page is left


def _ways(one: Lesson) -> None:
    before, after = neighbours(one.name, offered())
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(_("Lesson {number}: {title}", number=one.number, title=_(one.title)))
        st.page_link("pages/learn.py", label=_("All lessons"))
        if before is not None:
            st.page_link(_page(before), label=f"← {before.number} · {_(before.title)}")
        if after is not None:
            st.page_link(_page(after), label=f"{after.number} · {_(after.title)} →")


def _page(one: Lesson) -> str:
    return f"pages/{one.page}"
