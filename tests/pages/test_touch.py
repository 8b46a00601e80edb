"""Touch it: hide a part and see the answer move; say where you would look, then see where the network does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pages.components import touch
from pages.components.current import Picture


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is painted, at the picture's own size: the upper half of it, until told otherwise."""
    kept: dict[str, Any] = {"share": 0.5}

    def region(key: str, picture: np.ndarray, *_words: Any, **_named: Any) -> np.ndarray | None:
        if not kept["share"]:
            return None
        mask = np.zeros(picture.shape[:2], bool)
        mask[: round(kept["share"] * len(mask))] = True
        return mask

    monkeypatch.setattr(touch, "region", region)
    return kept


@pytest.fixture
def explained(visit: Any, make_run: Any) -> Any:
    make_run("completed")
    return visit("explain", session={"picture": Picture("a.png", np.full((28, 28, 3), 90, np.uint8))})


def opened(app: Any, panel: str) -> Any:
    app.pills(key="further").set_value(panel).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("panel", "said"), [("hide", "Paint over a part"), ("draw", "Paint the part by which **you**")]
)
def test_before_anything_is_painted_it_says_what_to_do(
    explained: Any, words: Any, painted: Any, panel: str, said: str
) -> None:
    painted["share"] = 0
    assert said in words(opened(explained, panel))


def test_what_is_hidden_is_shown_to_the_network(explained: Any, words: Any, inference: Any, painted: Any) -> None:
    seen: list[np.ndarray] = []
    ask = inference.ask

    def keeping(operation: str, arrays: Any = None, **named: Any) -> Any:
        seen.extend([arrays["images"]] if operation == "predict" else [])
        return ask(operation, arrays, **named)

    inference.ask = keeping
    app = opened(explained, "hide")
    whole, mine, hottest, left, *elsewhere = seen[0]
    assert len(elsewhere) == touch.ELSEWHERE
    half = len(whole) // 2
    assert (mine[:half] == 128).all()  # behind grey
    np.testing.assert_array_equal(mine[half:], whole[half:])
    assert (left[half:] == 128).all()  # and the counterpart: all else is hidden
    np.testing.assert_array_equal(left[:half], whole[:half])
    # the stand-in's heat grows from top to bottom, so the map's own half is the lower one
    assert (hottest[half:] == 128).all()
    np.testing.assert_array_equal(hottest[:half], whole[:half])
    assert "Hiding this takes **3** from 91.0% to 91.0%" in words(app)
    assert "As many of the map's hottest pixels hidden instead take it to 91.0%." in words(app)
    assert "As large a part elsewhere takes it to 91.0%, on average." in words(app)
    app.selectbox(key="hide behind").set_value("black").run()
    assert not app.exception
    assert (seen[-1][1][:half] == 0).all()


def test_another_answer_is_named(explained: Any, words: Any, painted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.pages.conftest import ANSWERS

    def moved(arguments: Any, arrays: Any) -> Any:
        shares = np.full((len(arrays["images"]), 10), 0.01, np.float32)
        shares[:, 3], shares[1, 3], shares[1, 8] = 0.91, 0.2, 0.72
        return {}, {"probabilities": shares}

    monkeypatch.setitem(ANSWERS, "predict", moved)
    said = words(opened(explained, "hide"))
    assert "Hiding this takes **3** from 91.0% to 20.0%" in said
    assert "Now it says **8**." in said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.5, "The network looks elsewhere."),  # the heat grows downwards: a quarter of it lies in the upper half
        (0.95, "The map agrees with you no better than chance would."),
    ],
)
def test_the_map_is_held_against_what_was_drawn(
    explained: Any, words: Any, painted: Any, share: float, said: str
) -> None:
    painted["share"] = share
    app = opened(explained, "draw")
    assert said in words(app)
    assert "Intersection over union of your part" in words(app)
    assert ("25% of the map's heat lies where you looked; by chance it would be 50%" in words(app)) == (share == 0.5)


def test_what_was_drawn_is_hidden_too(
    explained: Any, words: Any, painted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.pages.conftest import ANSWERS

    def moved(arguments: Any, arrays: Any) -> Any:
        shares = np.full((len(arrays["images"]), 10), 0.01, np.float32)
        shares[:, 3] = 0.91
        shares[1:4, 3] = 0.2, 0.3, 0.8  # what was drawn, as much of the heat, all but what was drawn
        return {}, {"probabilities": shares}

    monkeypatch.setitem(ANSWERS, "predict", moved)
    app = opened(explained, "draw")
    said = words(app)
    assert "by chance it would be 50%" in said  # the overlap comes first, and stays
    assert "Hiding this takes **3** from 91.0% to 20.0%" in said
    assert "As many of the map's hottest pixels hidden instead take it to 30.0%." in said
    assert "With all else hidden and only this left, it is 80.0%." in said
    app.selectbox(key="hide behind").set_value("black").run()
    assert not app.exception


def test_much_the_same(explained: Any, words: Any, painted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touch, "region", lambda key, picture, *words: _lower(picture))
    assert "You and the network look at much the same." in words(opened(explained, "draw"))


def _lower(picture: np.ndarray) -> np.ndarray:
    mask = np.zeros(picture.shape[:2], bool)
    mask[3 * len(mask) // 4 :] = True
    return mask


def test_without_a_map_there_is_nothing_to_compare(explained: Any, words: Any, painted: Any) -> None:
    explained.selectbox(key="target").set_value(7).run()
    app = opened(explained, "draw")
    assert "There is no map to compare with." in words(app)
    app = opened(app, "hide")  # a part can be hidden all the same
    assert "Hiding this takes **7** from 1.0% to 1.0%" in words(app)
    assert "hottest pixels hidden" not in words(app)
