"""Learn: the article's ideas as lessons, each computed live and then found in one's own network."""

from __future__ import annotations

import streamlit as st

from imgcls.lessons import Lesson
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.lesson import offered
from pages.components.notices import note
from pages.components.words import _

#: Lessons in a row; words of a lesson that open on its card: the first ones are what it is about.
_ACROSS, _WORDS = 3, 2


def page() -> None:
    need_frame()
    st.title(_("How does a network see?"))
    st.markdown(
        _("Each lesson has three steps: see an idea at work, change it yourself, then find it in your own network.")
    )
    for row in _rows(offered()):
        for column, lesson in zip(st.columns(_ACROSS), row, strict=False):
            with column:
                _card(lesson)
    note(_("A lesson asks before it shows. Your answers are kept only for this visit: nothing is graded or passed on."))


def _rows(lessons: list[Lesson]) -> list[list[Lesson]]:
    return [lessons[start : start + _ACROSS] for start in range(0, len(lessons), _ACROSS)]


def _card(lesson: Lesson) -> None:
    with st.container(border=True, height="stretch"):
        st.page_link(f"pages/{lesson.page}", label=f"**{lesson.number} · {_(lesson.title)}**")
        st.markdown(_(lesson.question))
        st.caption(_(lesson.idea))
        terms(*lesson.words[:_WORDS])


page()
