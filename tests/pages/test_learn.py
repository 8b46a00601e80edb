"""The overview, the question before a result, and words that open in place."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from imgcls.lessons import GLOSSARY
from pages.components.lesson import offered


def test_every_lesson_that_has_a_page_has_a_card(visit: Any, words: Any) -> None:
    app = visit("learn")
    assert not app.exception
    for lesson in offered():
        assert lesson.question in words(app)


def glossary_page() -> None:
    from imgcls.lessons import GLOSSARY
    from pages.components.glossary import terms, words_fold

    terms(*GLOSSARY)
    words_fold(*GLOSSARY)


def test_every_word_opens_and_stands_in_the_fold() -> None:
    app = AppTest.from_function(glossary_page).run()
    assert not app.exception
    said = "\n".join(one.value for one in app.markdown)
    for word in GLOSSARY.values():
        assert said.count(word.plain) >= 2


def number_page() -> None:
    import streamlit as st

    from pages.components.question import ask_first

    asked = ask_first("sum", "How much?", low=0.0, high=2.0, step=0.1, start=0.5)
    st.text(f"{asked.is_open} {asked.number}")


def choice_page() -> None:
    import streamlit as st

    from pages.components.question import ask_first

    asked = ask_first("which", "Which?", choices={"a": "this one", "b": "that one"})
    st.text(f"{asked.is_open} {asked.answer}")


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [one for one in app.button if one.label == label]
    return button.click().run()


def test_a_number_is_committed_to_and_can_be_taken_back() -> None:
    app = AppTest.from_function(number_page).run()
    assert app.text[0].value == "False None"
    app.slider[0].set_value(1.2).run()
    assert app.text[0].value == "False None", "moving the slider commits to nothing"
    press(app, "That is my answer")
    assert app.text[0].value == "True 1.2"
    assert "You said: 1.2" in app.caption[0].value
    press(app, "Ask me again")
    assert app.text[0].value == "False None"


def test_a_choice_needs_one_to_be_made() -> None:
    app = AppTest.from_function(choice_page).run()
    assert app.button[0].disabled
    app.radio[0].set_value("b").run()
    press(app, "That is my answer")
    assert app.text[0].value == "True b"
    assert "that one" in app.caption[0].value


def test_the_result_is_there_without_an_answer() -> None:
    app = press(AppTest.from_function(choice_page).run(), "Show it without an answer")
    assert app.text[0].value == "True None"


def step_page() -> None:
    import streamlit as st

    from pages.components.lesson import _remember_step

    st.session_state["of the page"] = "find"
    _remember_step("pooling", "change", "of the page")
    st.session_state["of a page that was left"] = "see"
    _remember_step("pooling", "see", "of a page that was left")
    st.text(st.session_state["lesson step: pooling"])


def test_a_step_that_was_left_does_not_come_back() -> None:
    app = AppTest.from_function(step_page)
    app.session_state["lesson step: pooling"] = "change"
    app.run()
    assert not app.exception
    assert app.text[0].value == "find"
