"""The lesson on heatmaps: a guess about the mark, remedies, and a test on one's own network."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.shortcut_lab import DEFAULT, shortcut_recipes
from pages.components.question import Asked

STEP = "lesson step: heatmaps"
OPEN = {"question: heatmaps mark": Asked(True, 50.0), "question: heatmaps remedy": Asked(True, "both")}


def test_it_asks_before_it_trains(visit: Any, engine: Any) -> None:
    app = visit("heatmaps")
    assert not any(one.label == "Train it now" for one in app.button)
    app = visit("heatmaps", session=OPEN)
    next(one for one in app.button if one.label == "Train it now").click().run()
    assert not app.exception
    assert engine.calls == [("submit", DEFAULT)]


def test_the_guess_meets_the_evidence(visit: Any, words: Any, make_run: Any) -> None:
    make_run("completed", recipe=DEFAULT)
    app = visit("heatmaps", session=OPEN)
    assert not app.exception
    # the stand-in never thinks of a star, mark or no mark
    assert "You said 50 %. With the mark it finds **0%**, without it **0%**." in words(app)


def test_only_what_is_missing_is_trained(visit: Any, engine: Any, make_run: Any) -> None:
    make_run("completed", recipe=DEFAULT)
    app = visit("heatmaps", session={**OPEN, STEP: "change"})
    next(one for one in app.button if one.label == "Train them").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(shortcut_recipes().values())[1:]


def test_a_heatmap_of_ones_own_is_tested(visit: Any, words: Any, tested: Any, inference: Any) -> None:
    tested()
    app = visit("heatmaps", session={STEP: "find"})
    assert not app.exception
    # the stand-in's answer never changes: hiding costs nothing, and that is said
    assert "do not rest on the map" in words(app)
    assert [operation for operation, _more in inference.asked].count("explain_images") == 2


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested()
    assert not visit("heatmaps", language="zh_CN", session={**OPEN, STEP: step}).exception
