"""The lesson on augmentation: what to call a mixture, mixtures of one's own, and what one's own network says."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.question import Asked

STEP = "lesson step: augmentation"
OPEN = {"question: augmentation label": Asked(True, "first")}


def test_it_asks_before_it_says(visit: Any, words: Any) -> None:
    assert "both, in these shares" not in words(visit("augmentation"))
    app = visit("augmentation", session=OPEN)
    assert not app.exception
    assert "both, in these shares" in words(app)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("first", "You said 3 alone. Whoever answers 3 with 99% pays 1.39 here"),
        ("both", "You said 70% 3 and 30% 8: that costs 0.61, and no answer costs less"),
        ("none", "You said neither. Whoever gives all ten digits the same 10 % pays 2.30"),
        (None, "The label is mixed as the picture is"),
    ],
)
def test_what_is_said_depends_on_the_answer(visit: Any, words: Any, answer: str | None, says: str) -> None:
    said = words(visit("augmentation", session={"question: augmentation label": Asked(True, answer)}))
    assert says in said
    assert ("You said" in said) == (answer is not None)


def test_a_mixture_of_ones_own(visit: Any, words: Any) -> None:
    app = visit("augmentation", session={STEP: "change"})
    next(one for one in app.slider if one.label == "λ").set_value(0.25).run()
    assert not app.exception
    assert any("0.25" in one.value and "0.75" in one.value for one in app.latex)
    assert "81 of 784 pixels are set to 0: 10%" in words(app)


def test_what_ones_own_network_says(visit: Any, tested: Any) -> None:
    tested()
    app = visit("augmentation", session={STEP: "find"})
    assert not app.exception
    assert [one.value for one in app.metric] == ["90%", "10%"]


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested()
    assert not visit("augmentation", language="zh_CN", session={**OPEN, STEP: step}).exception
