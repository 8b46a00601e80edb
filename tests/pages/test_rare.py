"""The lesson on rare classes: an accuracy that says nothing, weights for one's own counts, a run's recalls."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.question import Asked

STEP = "lesson step: imbalance"
OPEN = {"question: rare found": Asked(True, "all")}


def test_it_asks_before_it_shows(visit: Any, words: Any) -> None:
    app = visit("rare")
    assert "two networks, one accuracy" not in words(app)
    assert not app.slider, "nobody tries it out before there is an answer"
    said = words(visit("rare", session=OPEN))
    assert "between **0** and **50** of the 50" in said
    assert "is right in **95.0%** of all images" in said


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("all", "You said nearly all. It may be: with all 50 found, 50 of the 950 well ones are called ill"),
        ("half", "You said about half. It may be: with 25 found, 25 of the 950 well ones are called ill"),
        ("open", "You said that it does not say, and so it is: from 0 found to all 50 found"),
        (None, "two networks, one accuracy"),
    ],
)
def test_what_is_said_depends_on_the_answer(visit: Any, words: Any, answer: str | None, says: str) -> None:
    said = words(visit("rare", session={"question: rare found": Asked(True, answer)}))
    assert says in said
    assert ("You said that" in said or "You said nearly" in said or "You said about" in said) == (answer is not None)


def test_the_sliders_move_the_bounds(visit: Any, words: Any) -> None:
    app = visit("rare", session=OPEN)
    next(one for one in app.slider if one.label == "Accuracy of the network, %").set_value(98).run()
    assert "between **30** and **50** of the 50" in words(app)


def test_weights_of_ones_own_counts(visit: Any, words: Any) -> None:
    app = visit("rare", session={STEP: "change"})
    assert not app.exception
    assert "525 / (4 · 5) = 26.25" in app.table[0].value.to_string()
    assert "costs as much as 80 on class A" in words(app)


def test_a_run_of_ones_own(visit: Any, words: Any, tested: Any) -> None:
    tested(wrong=7)
    app = visit("rare", session={STEP: "find"})
    assert not app.exception
    assert "It finds least of **4**: 93 of 100" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested()
    assert not visit("rare", language="zh_CN", session={**OPEN, STEP: step}).exception
