"""The lesson on residual connections: a guess, depth of one's own, blocks of one's own network."""

from __future__ import annotations

from typing import Any

import pytest

STEP = "lesson step: residual"


def test_the_guess_comes_before_the_figures(visit: Any, words: Any) -> None:
    app = visit("residual")
    assert not app.get("plotly_chart")
    app.radio[0].set_value("half").run()
    next(one for one in app.button if one.label == "That is my answer").click().run()
    assert not app.exception
    assert "You said about half; it is one part in" in words(app)
    assert len(app.get("plotly_chart")) == 2


def test_depth_of_ones_own(visit: Any, words: Any) -> None:
    app = visit("residual", session={STEP: "change"})
    app.slider[0].set_value(60).run()
    assert not app.exception
    assert "After 60 blocks" in words(app)


def test_blocks_of_ones_own(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("residual", session={STEP: "find"})
    assert not app.exception
    assert "Whole network, 500 test images 96.0%" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, step: str) -> None:
    assert not visit("residual", language="zh_CN", session={STEP: step}).exception
