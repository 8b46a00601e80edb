"""A page of pictures, and what a browser may send back."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imgcls.images import decode_image
from pages.components import sheet as module


def page() -> None:
    import numpy as np
    import streamlit as st

    from imgcls.figures.sheet import picture_sheet
    from pages.components.sheet import Cell, choose_from_sheet, show_sheet

    images = np.stack([np.full((9, 9, 1), 10 * n, np.uint8) for n in range(3)])
    cells = [Cell("Image 0: a", "a"), Cell("<b>", "<b>", "was a", "corrected"), Cell("c", "c")]
    if st.session_state.get("still"):
        show_sheet("grid", "Means", picture_sheet(images), cells)
        st.text("still")
    else:
        version = st.session_state.get("version", "one")
        st.text(str(choose_from_sheet("grid", "Images", picture_sheet(images), cells, False, version)))


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

    monkeypatch.setattr(module, "_sheet", component)
    return state


def shown(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


def test_nothing_is_chosen_at_first() -> None:
    assert shown(AppTest.from_function(page).run()) == "[]"


def test_all_pictures_travel_as_one_file(browser: dict[str, Any]) -> None:
    AppTest.from_function(page).run()
    data = browser["data"]
    kind, _, encoded = data["picture"].partition(",")
    assert kind == "data:image/png;base64"
    whole = decode_image(base64.b64decode(encoded))
    assert whole.shape == (9, 27, 3)
    assert np.unique(whole[:, 9:18]).tolist() == [10]
    assert (data["width"], data["height"], data["across"]) == (9, 9, 10)
    assert data["cells"][1] == {"name": "<b>", "caption": "<b>", "word": "was a", "frame": "corrected"}
    assert data["choose"]


def test_names_reach_the_page_as_text_only() -> None:
    """A class may be called `<b>`: the browser's code writes names as text, never as markup."""
    assert "innerHTML" not in module._JS
    assert "insertAdjacentHTML" not in module._JS


def test_what_is_chosen_is_kept_until_the_version_changes(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page)
    browser["answer"] = lambda version: {"version": version, "places": [2, 0]}
    assert shown(app.run()) == "[0, 2]"
    browser["answer"] = lambda version: None
    assert shown(app.run()) == "[0, 2]"
    assert browser["data"]["chosen"] == [0, 2]
    app.session_state["version"] = "two"
    browser["answer"] = lambda version: {"version": "one", "places": [1]}  # sent before the change, arrives after it
    assert shown(app.run()) == "[]"
    assert browser["data"]["chosen"] == []


def test_none_chosen_is_an_answer(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page)
    browser["answer"] = lambda version: {"version": version, "places": [1]}
    assert shown(app.run()) == "[1]"
    browser["answer"] = lambda version: {"version": version, "places": []}
    assert shown(app.run()) == "[]"


@pytest.mark.parametrize(
    "places", [[-1], [3], [10**9], [1.0], ["1"], [None], [[1]], [True], "12", {"1": 1}, None, 7, [1, 1, 1, -5]]
)
def test_places_that_are_not_there_are_ignored(browser: dict[str, Any], places: Any) -> None:
    browser["answer"] = lambda version: {"version": version, "places": places}
    assert shown(AppTest.from_function(page).run()) in ("[]", "[1]" if places == [1, 1, 1, -5] else "[]")


@pytest.mark.parametrize("sent", ["x", 7, [], [1, 2], {}, {"places": [1]}, {"version": "old", "places": [1]}])
def test_anything_but_a_choice_is_ignored(browser: dict[str, Any], sent: Any) -> None:
    browser["answer"] = lambda version: sent
    assert shown(AppTest.from_function(page).run()) == "[]"


def test_pictures_that_are_only_shown(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page)
    app.session_state["still"] = True
    browser["answer"] = lambda version: {"version": version, "places": [1]}
    assert shown(app.run()) == "still"
    assert not browser["data"]["choose"]


def test_pictures_are_drawn_anew_only_when_something_differs(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(page).run()
    before = browser["data"]["looks"]
    app.run()
    assert browser["data"]["looks"] == before
    app.session_state["version"] = "two"
    app.run()
    assert browser["data"]["looks"] != before


def one_page() -> None:
    import numpy as np
    import streamlit as st

    from imgcls.figures.sheet import picture_sheet
    from pages.components.sheet import Cell, pick_from_sheet

    images = np.stack([np.full((9, 9, 1), 10 * n, np.uint8) for n in range(3)])
    marked = st.session_state.get("marked", 0)
    clicked = pick_from_sheet("grid", "Images", picture_sheet(images), [Cell(one, one) for one in "abc"], marked)
    if clicked is not None:
        st.session_state["marked"] = clicked
    st.text(str((clicked, st.session_state.get("marked", 0))))


def test_a_click_counts_once(browser: dict[str, Any]) -> None:
    app = AppTest.from_function(one_page).run()
    assert shown(app) == "(None, 0)"
    browser["answer"] = lambda version: {"version": version, "places": [2], "turn": 17}
    assert shown(app.run()) == "(2, 2)"
    assert browser["data"]["single"]
    looks = browser["data"]["looks"]
    assert shown(app.run()) == "(None, 2)", "the browser sends it again with every run"
    assert browser["data"]["chosen"] == [2]
    assert browser["data"]["looks"] == looks, "another mark is no other picture"
    app.session_state["marked"] = 0  # chosen in another way
    assert shown(app.run()) == "(None, 0)"
    browser["answer"] = lambda version: {"version": version, "places": [99, "x"], "turn": 18}
    assert shown(app.run()) == "(None, 0)"
