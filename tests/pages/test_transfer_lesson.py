"""The lesson on transfer learning: a guess, who is like whom, three ways to learn, and what stayed as it was."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.lessons.transfer import Way, ways
from imgcls.recipe import Choice, Recipe
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: transfer"
ALIKE = {"question: transfer alike textures": Asked(True, 12.0)}
BEST = {"question: transfer best 10": Asked(True, Way.TUNED.value)}
MOVED = {"question: transfer moved": Asked(True, "head")}
TEN = ways(Choice(name="textures"), 10)


def button(app: Any, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found


def test_it_asks_before_it_tells(visit: Any, words: Any, inference: Any) -> None:
    app = visit("transfer")
    assert not app.exception
    assert "body_features" not in [name for name, _ in inference.asked]
    button(app, "That is my answer").click().run()
    assert not app.exception
    assert "You said 10. It is **" in words(app)


def test_the_numbers_are_those_of_the_pictures(visit: Any, words: Any) -> None:
    app = visit("transfer", session=ALIKE)
    assert not app.exception
    said = words(app)
    assert "You said 12. It is **" in said
    assert "By chance it would be about 1." in said
    assert "12,810 weights for your 10 classes" in said


def test_only_what_is_missing_is_trained(visit: Any, engine: Any, make_run: Any) -> None:
    make_run("completed", recipe=TEN[Way.HEAD])
    app = visit("transfer", session={**BEST, STEP: "change"})
    button(app, "Train them").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == [TEN[Way.NOTHING], TEN[Way.TUNED]]


def test_the_outcome_beside_what_was_said(visit: Any, words: Any, tested: Any) -> None:
    ids = [tested(recipe=TEN[way], title=title_of("Transfer learning", way)).id for way in Way]
    app = visit("transfer", session={**BEST, STEP: "change"}, link={"trials": ",".join(ids)})
    assert not app.exception
    assert "You said “fine-tuned”: it reached" in words(app)
    assert "From 10 pictures: from nothing **" in words(app)


def test_frozen_blocks_are_said_to_be_as_they_were(visit: Any, words: Any, tested: Any) -> None:
    tested(recipe=Recipe())
    app = visit("transfer", session={**MOVED, STEP: "find"})
    assert not app.exception
    assert "**3 of 3 blocks** are exactly as they were, to the last digit: 3,000 weights" in words(app)


def test_without_a_run_there_is_a_way_to_one(visit: Any, words: Any) -> None:
    app = visit("transfer", session={STEP: "find"})
    assert not app.exception
    assert "Your own network will stand here" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested(recipe=Recipe())
    assert not visit("transfer", language="zh_CN", session={**ALIKE, **BEST, **MOVED, STEP: step}).exception
