"""The lesson on augmentation: what to call a mixture, mixtures of one's own, and what one's own network says."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.lessons.augmentation import CHANGES, SHARES, race
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: augmentation"
OPEN = {"question: augmentation label": Asked(True, "first")}
HELPS = {"question: augmentation helps": Asked(True, 5.0)}


def button(app: Any, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found


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


def test_it_asks_by_how_much_before_it_measures(visit: Any, words: Any, engine: Any) -> None:
    app = visit("augmentation", session={STEP: "change"})
    assert not app.exception
    assert "By how many points does the best of them raise its test accuracy?" in words(app)
    assert not any(one.label == "Measure it" for one in app.button)
    button(app, "That is my answer").click().run()
    button(app, "Measure it").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(race().values())


def test_some_changes_and_more_images_can_be_chosen(visit: Any, engine: Any) -> None:
    app = visit("augmentation", session={STEP: "change", **HELPS})
    app.button_group[1].set_value(["cutout", "shift"]).run()
    next(one for one in app.select_slider if one.label == "Training images").set_value(350).run()
    button(app, "Measure it").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(race(["shift", "cutout"], SHARES[1]).values())


def test_the_gain_beside_what_was_said(visit: Any, words: Any, tested: Any) -> None:
    wrong = {"": 60, "flip": 80, "shift": 10, "rotate": 30, "cutout": 60, "mixup": 50}
    ids = [
        tested(wrong[name], recipe=recipe, title=title_of("Augmentation", name or "without")).id
        for name, recipe in race().items()
    ]
    app = visit("augmentation", session={STEP: "change", **HELPS}, link={"trials": ",".join(ids)})
    assert not app.exception
    said = words(app)
    assert "You said +5 points. Measured: the best is “shift”, with 99.0% instead of 94.0%: **+5.0 points**" in said
    assert "shift +5.0, rotate +3.0, mixup +1.0, cutout +0.0, flip -2.0" in said
    assert "this gain is more" in said
    assert "**flip, -2.0 points:** A mirrored digit or letter is another one" in said


def test_a_small_gain_may_be_chance(visit: Any, words: Any, tested: Any) -> None:
    some = race(["shift"])
    ids = [tested(20 - place, recipe=recipe, title=f"A: {place}").id for place, recipe in enumerate(some.values())]
    app = visit("augmentation", session={STEP: "change", **HELPS}, link={"trials": ",".join(ids)})
    assert "of this gain one cannot be sure" in words(app)


def test_every_change_is_drawn(visit: Any, inference: Any) -> None:
    app = visit("augmentation", session={STEP: "change"})
    (asked,) = [given for name, given in inference.asked if name == "changes"]
    assert asked["augmentations"] == list(CHANGES)
    assert "Flip" in app.html[0].value
    button(app, "Draw again").click().run()
    assert not app.exception
    assert [given["seed"] for name, given in inference.asked if name == "changes"] == [0, 1]


def test_while_they_are_drawn_their_places_are_kept(visit: Any, inference: Any) -> None:
    inference.silent = True
    app = visit("augmentation", session={STEP: "change"})
    assert not app.exception
    assert app.html[0].value.count("<img") == 3 * 6


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
