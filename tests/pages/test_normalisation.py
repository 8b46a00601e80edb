"""The lesson on batch normalisation: a guess, both modes, and a layer of one's own network."""

from __future__ import annotations

from typing import Any

import pytest

STEP = "lesson step: normalisation"


def test_the_spread_is_gamma_whatever_came_in(visit: Any, words: Any) -> None:
    app = visit("normalisation")
    assert len(app.get("plotly_chart")) == 1
    next(one for one in app.button if one.label == "That is my answer").click().run()
    assert not app.exception
    assert "You said 5: it is **2.00**, and the mean 1.00" in words(app)
    assert len(app.get("plotly_chart")) == 2


def test_a_value_wanders_less_in_a_larger_batch(visit: Any) -> None:
    app = visit("normalisation", session={STEP: "change"})
    found = []
    for size in (2, 64):
        app.select_slider[0].set_value(size).run()
        assert not app.exception
        found.append(float(app.metric[2].value))
    assert found[1] < found[0] / 2


def test_a_layer_of_ones_own(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("normalisation", session={STEP: "find"})
    assert not app.exception
    assert "this batch: μ, σ 1.000, 2.000" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("normalisation", language="zh_CN", session={STEP: step}).exception
