"""The lesson on augmentation: what to call a mixture, mixtures of one's own, and what one's own network says."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.question import Asked

STEP = "lesson step: augmentation"
OPEN = {"question: augmentation label": Asked(True, "first")}


def test_it_asks_before_it_says(visit: Any, words: Any) -> None:
    assert "Both, in these shares" not in words(visit("augmentation"))
    app = visit("augmentation", session=OPEN)
    assert not app.exception
    assert "Both, in these shares" in words(app)


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
