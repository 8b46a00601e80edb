"""The lesson on rare classes: an accuracy that says nothing, weights for one's own counts, a run's recalls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.atomic import write_arrays, write_json
from imgcls.lessons.rare import RARE, STRATEGIES, race
from imgcls.recipe import Imbalance
from imgcls.trials import title_of
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


STRATEGY = {"question: rare strategy": Asked(True, "class-weights")}


def test_it_asks_before_it_trains(visit: Any, engine: Any, words: Any) -> None:
    app = visit("rare", session={STEP: "change"})
    assert not any(one.label == "Train all four" for one in app.button)
    app = visit("rare", session={STEP: "change", **STRATEGY})
    assert "The digits 8 and 9 keep about 4 training images each, all others 175" in words(app)
    next(one for one in app.button if one.label == "Train all four").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(race().values())


def test_less_rare_ones_can_be_tried(visit: Any, engine: Any) -> None:
    app = visit("rare", session={STEP: "change", **STRATEGY})
    next(one for one in app.select_slider if one.label == "The rare classes keep").set_value(0.1).run()
    next(one for one in app.button if one.label == "Train all four").click().run()
    assert {recipe.imbalance for _what, recipe in engine.calls} == {Imbalance(kind="rare", ratio=0.1, classes=RARE)}


def test_what_each_finds_beside_what_was_said(visit: Any, words: Any, tested: Any) -> None:
    counts = [175] * 8 + [4, 4]
    data = {"version": "", "class_names": list("0123456789"), "image_shape": [28, 28, 1], "size": 5000}
    ids = []
    for (name, recipe), found in zip(race().items(), (10, 60, 50, 80), strict=True):
        run = tested(recipe=recipe, title=title_of("Rare classes", name))
        labels = np.repeat(np.arange(10), 100)
        predicted = labels.copy()
        predicted[(labels >= 8) & (np.arange(1000) % 100 >= found)] = 0
        write_arrays(run.folder / "evaluation.npz", {"logits": np.eye(10)[predicted], "labels": labels})
        write_json(run.folder / "data.json", {**data, "preparation": "fit", "train_counts": counts})
        ids.append(run.id)
    app = visit("rare", session={STEP: "change", **STRATEGY}, link={"trials": ",".join(ids)})
    assert not app.exception
    said = words(app)
    assert "You said “class\\-weights”: it finds 60% of the rare ones." in said
    assert "Most finds “augment\\-rare”: **80%**, with **96.0%** balanced accuracy" in said
    assert "Without anything it is 10% and 82.0%" in said
    shown = app.table[0].value
    assert {"Test accuracy", "Balanced accuracy", "Rare classes found"} <= set(shown.columns)
    assert len(shown) == len(STRATEGIES)


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
