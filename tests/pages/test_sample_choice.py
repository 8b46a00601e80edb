"""Thumbnails to choose a test image by: one is marked, a click chooses another, and the choice stays."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import sheet as module


def page() -> None:
    import numpy as np
    import streamlit as st

    from pages.components.sample_choice import choose_sample

    images = np.arange(30, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)
    st.text(str(choose_sample("here", "Test image", images, [str(n % 10) for n in range(30)], 3)))


class Sent:
    def __init__(self, chosen: Any) -> None:
        self.chosen = chosen


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = {"places": None}

    def component(*, data: dict[str, Any], **_: Any) -> Sent:
        state["data"] = data
        return Sent(None if state["places"] is None else {"places": state["places"], "turn": state["places"][0]})

    monkeypatch.setattr(module, "_sheet", component)
    return state


def test_one_is_marked_from_the_beginning(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.text[0].value == "3"
    assert browser["data"]["chosen"] == [3]
    assert len(browser["data"]["cells"]) == 10
    assert browser["data"]["cells"][3]["name"] == "4: 3"


def test_a_click_chooses_another_and_it_stays(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page).run()
    browser["places"] = [8]
    assert app.run().text[0].value == "8"
    browser["places"] = None
    assert app.run().text[0].value == "8"
    assert browser["data"]["chosen"] == [8]


def test_what_is_not_offered_cannot_be_chosen(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page).run()
    browser["places"] = [12]
    assert app.run().text[0].value == "3"
