"""Asking without blocking: pending, answered, failed, asked anew."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.engines.inference import Answer
from imgcls.errors import WorkerError


def page() -> None:
    import numpy as np
    import streamlit as st

    from imgcls.errors import ImgclsError
    from pages.components.answers import ask, waiting
    from pages.components.notices import show_error

    image = np.full((1, 2, 2, 1), st.session_state.get("shade", 0), np.uint8)
    try:
        answer = ask("here", "predict", {"images": image}, model="m", version=st.session_state.get("version", "1"))
    except ImgclsError as error:
        show_error(error)
    else:
        if answer is None:
            waiting("here")
        else:
            st.text(str(answer.facts["epoch"]))


@pytest.fixture
def app(inference: Any) -> AppTest:
    return AppTest.from_function(page, default_timeout=20)


def test_an_answer_is_shown_and_the_question_not_repeated(app: AppTest, inference: Any) -> None:
    app.run().run().run()
    assert not app.exception
    assert app.text[0].value == "2"
    assert len(inference.asked) == 1


def test_what_was_given_up_is_asked_anew_when_somebody_comes_again(app: AppTest, inference: Any) -> None:
    inference.silent = True
    app.run()
    inference.futures[0].cancel()
    inference.silent = False
    app.run()
    assert not app.exception
    assert app.text[0].value == "2"
    assert len(inference.asked) == 2


@pytest.mark.parametrize(("name", "value"), [("shade", 9), ("version", "2")])
def test_another_picture_or_another_model_is_another_question(
    app: AppTest, inference: Any, name: str, value: Any
) -> None:
    app.run()
    app.session_state[name] = value
    app.run()
    assert len(inference.asked) == 2


def test_a_slow_answer_does_not_hold_the_page(app: AppTest, inference: Any) -> None:
    inference.silent = True
    began = time.monotonic()
    app.run()
    assert time.monotonic() - began < 5
    assert not app.exception
    assert [info.value for info in app.info] == ["Asking the network …"]
    app.run()
    assert len(inference.asked) == 1  # still the first question
    inference.futures[0].set_result(Answer({"epoch": 5}, {}))
    app.run()
    assert app.text[0].value == "5"
    assert len(inference.asked) == 1


def test_a_slow_failure_is_said_and_not_asked_again_for_ever(app: AppTest, inference: Any) -> None:
    inference.silent = True
    app.run()
    inference.futures[0].set_exception(WorkerError("It died."))
    app.run()
    assert [error.value for error in app.error] == ["It died."]
    assert len(inference.asked) == 1
    app.run()  # what stood in its way may have gone
    assert len(inference.asked) == 2
    assert not app.error


def test_after_a_while_it_says_how_long(app: AppTest, inference: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inference.silent = True
    app.run()
    app.session_state["answer: here"].begun -= 7
    app.run()
    (info,) = app.info
    assert re.fullmatch(r"Asking the network … \((7|8|9) s; the first time takes about ten\)", info.value)


def test_who_looks_again_waits_for_the_answer_and_the_first_look_does_not() -> None:
    import threading
    import time

    from imgcls.engines.inference import Answer, Question
    from pages.components.answers import _Asked

    question = Question(lambda: None)
    asked = _Asked("", question, 0.0)
    began = time.monotonic()
    assert not asked.is_done()
    assert time.monotonic() - began < 0.1, "the page is being drawn"
    threading.Timer(0.02, question.set_result, [Answer({}, {})]).start()
    assert asked.is_done(), "it came while it was waited for"
