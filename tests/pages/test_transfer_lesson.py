"""The lesson on transfer learning: a guess, who is like whom, three ways to learn, and what stayed as it was."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.datasets import editing
from imgcls.lessons.transfer import Way, ways
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_recipe
from imgcls.trials import title_of
from pages.components.question import Asked
from tests.datasets.people import picture

STEP = "lesson step: transfer"
ALIKE = {"question: transfer alike textures": Asked(True, 12.0)}
MOVED = {"question: transfer moved": Asked(True, "head")}
TEN, FIFTY = (ways(Choice(name="textures"), count) for count in (10, 50))


def expected(recipe: Recipe, way: Way) -> dict[str, Asked]:
    """The answer that somebody gave for these pictures and this number of them."""
    return {f"question: transfer best {recipe.dataset.name} {recipe.subset:.4f}": Asked(True, way.value)}


BEST = expected(TEN[Way.HEAD], Way.TUNED)


@pytest.fixture
def mine() -> str:
    """Ten pictures of one's own: five of each of two things."""
    name = editing.create("cups")
    for number, label in enumerate(("cup", "no cup")):
        editing.add_class(name, label)
        for turn in range(5):
            editing.add_pixels(name, label, picture(100 * number + turn))
    return name


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


def test_ones_own_pictures_come_first(visit: Any, words: Any, mine: str) -> None:
    app = visit("transfer", session={f"question: transfer alike {mine}": Asked(True, 5.0)})
    assert not app.exception
    assert app.selectbox[0].value == mine
    said = words(app)
    assert "Here are 10 pictures" in said
    assert "of 10** by the network" in said
    assert "2,562 weights for your 2 classes" in said


def test_ten_of_ones_own_can_be_trained(visit: Any, words: Any, engine: Any, mine: str) -> None:
    recipes = ways(Choice(name=mine), 6)
    app = visit("transfer", session={**expected(recipes[Way.HEAD], Way.HEAD), STEP: "change"})
    assert not app.exception
    assert not app.select_slider, "of so few all are learned from"
    assert "6 pictures to learn from, 2 others for the test" in words(app)
    assert "each of them weighs 50 points" in words(app)
    button(app, "Train them").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(recipes.values())
    for _what, recipe in engine.calls:
        check_recipe(recipe)


def test_there_is_a_way_to_collect_them_and_back(visit: Any, words: Any) -> None:
    app = visit("transfer")
    (link,) = [one.proto for one in app.page_link if "Collect ten pictures" in one.label]
    assert (link.page.endswith("collect"), link.query_string) == (True, "from=transfer")
    assert "Back to lesson" not in words(visit("collect"))
    assert "← Back to lesson 5: Transfer learning" in words(visit("collect", link={"from": "transfer"}))
    assert "Back to lesson" not in words(visit("collect", link={"from": "nowhere"}))


def test_what_was_collected_meanwhile_is_chosen(visit: Any, mine: str) -> None:
    app = visit("transfer", session={"transfer pictures": ("shapes", [])})
    assert app.selectbox[0].value == mine
    app.selectbox[0].set_value("shapes").run()
    assert app.selectbox[0].value == "shapes"
    app.switch_page("pages/learn.py").run()
    app.switch_page("pages/transfer.py").run()
    assert app.selectbox[0].value == "shapes", "what was chosen stays, until there is something new"


def test_the_three_steps_are_drawn(visit: Any, words: Any) -> None:
    app = visit("transfer", session={STEP: "change"})
    drawn = [one.value for one in app.html if "svg+xml" in str(one.value)]
    assert len(drawn) == 3
    assert "the last 4 of 18 blocks learn along" in words(app)
    next(one for one in app.slider if "Blocks of the body" in one.label).set_value(7).run()
    assert "the last 7 of 18 blocks learn along" in words(app)
    assert [one.value for one in app.html if "svg+xml" in str(one.value)] != drawn


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


def test_the_answer_is_that_for_this_number_of_pictures(visit: Any, words: Any, tested: Any) -> None:
    ids = [tested(recipe=FIFTY[way], title=title_of("Transfer learning", way)).id for way in Way]
    both = {**BEST, **expected(FIFTY[Way.HEAD], Way.NOTHING)}
    app = visit("transfer", session={**both, STEP: "change"}, link={"trials": ",".join(ids)})
    assert "You said “from nothing”: it reached" in words(app)


@pytest.mark.parametrize("answer", ["first", "last", "head"])
def test_the_answer_stands_beside_how_far_each_part_moved(visit: Any, words: Any, tested: Any, answer: str) -> None:
    tested(recipe=Recipe())
    app = visit("transfer", session={"question: transfer moved": Asked(True, answer), STEP: "find"})
    assert "the first half of the blocks moved by 0.0%, the last half by 0.0%; the head by 80%" in words(app)


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
