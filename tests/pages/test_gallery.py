"""Pictures to choose from, and what a browser may send back."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import gallery as module


def page() -> None:
    import numpy as np
    import streamlit as st

    from pages.components.gallery import gallery

    shade = st.session_state.get("shade", 10)
    images = [np.full((4, 4, 1), shade + n, np.uint8) for n in range(3)]
    st.text(str(gallery("grid", "Choose", images, ["a", "<b>", "c"])))


class Sent:
    def __init__(self, chosen: Any) -> None:
        self.chosen = chosen


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the browser was sent (`data`) and what it sends back (`answer`, from the version it was sent)."""
    state: dict[str, Any] = {"answer": lambda version: None}

    def component(*, data: dict[str, Any], **_: Any) -> Sent:
        state["data"] = data
        return Sent(state["answer"](data["version"]))

    monkeypatch.setattr(module, "_gallery", component)
    return state


def shown(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


def test_nothing_is_chosen_at_first() -> None:
    assert shown(AppTest.from_function(page).run()) == "None"


def test_pictures_and_their_words_are_sent(browser: dict[str, Any]) -> None:
    AppTest.from_function(page).run()
    assert browser["data"]["captions"] == ["a", "<b>", "c"]
    assert all(picture.startswith("data:image/png;base64,iVBOR") for picture in browser["data"]["pictures"])
    assert len(set(browser["data"]["pictures"])) == 3


def test_a_choice_is_kept_for_the_same_pictures_only(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page)
    browser["answer"] = lambda version: {"version": version, "place": 2}
    assert shown(app.run()) == "2"
    browser["answer"] = lambda version: None
    assert shown(app.run()) == "2"
    assert browser["data"]["chosen"] == 2
    app.session_state["shade"] = 50
    assert shown(app.run()) == "None"


@pytest.mark.parametrize("place", [-1, 3, 10**9, 1.0, "1", None, [1], {"a": 1}])
def test_a_place_that_is_not_there_is_ignored(browser: dict[str, Any], place: Any) -> None:
    browser["answer"] = lambda version: {"version": version, "place": place}
    assert shown(AppTest.from_function(page).run()) == "None"


@pytest.mark.parametrize("sent", ["x", 7, [], [1, 2], {}, {"place": 1}, {"version": "old", "place": 1}])
def test_anything_but_a_choice_is_ignored(browser: dict[str, Any], sent: Any) -> None:
    browser["answer"] = lambda version: sent
    assert shown(AppTest.from_function(page).run()) == "None"
