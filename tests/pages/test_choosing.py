"""The lesson on choosing: a guess, a race over seeds, an interval of one's own, one's own runs."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.lessons.choosing import margin, race
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: choosing"
OPEN = {"question: choosing winner": Asked(True, "lenet-5"), "question: choosing real": Asked(True, "yes")}


def test_it_asks_before_it_trains(visit: Any, engine: Any) -> None:
    app = visit("choosing")
    assert not any(one.label == "Start the race" for one in app.button)
    app = visit("choosing", session=OPEN)
    next(one for one in app.button if one.label == "Start the race").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == list(race().values())


def test_the_guess_meets_the_race(visit: Any, words: Any, tested: Any) -> None:
    wrong = {"seed-cnn": 3, "lenet-5": 60}
    ids = [
        tested(wrong[name] + seed, recipe=recipe, title=title_of("Choosing", f"{name} · {seed}")).id
        for (name, seed), recipe in race().items()
    ]
    app = visit("choosing", session=OPEN, link={"trials": ",".join(ids)})
    assert not app.exception
    assert "wins by more than chance" in words(app)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("yes", "You said yes. But two means of 3 seeds each differ by up to 1.36 points through chance alone"),
        ("no", "You said that it can be chance, and so it is: two means of 3 seeds each differ by up to 1.36 points"),
        (None, "It can be chance"),
    ],
)
def test_what_is_said_depends_on_the_answer(visit: Any, words: Any, answer: str | None, says: str) -> None:
    app = visit("choosing", session={"question: choosing real": Asked(True, answer), STEP: "change"})
    said = words(app)
    assert says in said
    assert ("from 6 seeds of each" in said.lower()) == (answer is not None)
    assert len(app.slider) == 4


def test_nothing_is_tried_out_before_the_answer(visit: Any, words: Any) -> None:
    app = visit("choosing", session={STEP: "change"})
    assert not app.slider
    assert "It can be chance" not in words(app)


def test_the_interval_follows_the_sliders(visit: Any, words: Any) -> None:
    app = visit("choosing", session={**OPEN, STEP: "change"})
    assert not app.exception
    half = margin(0.6, 3)
    assert f"between {0.8 - half:.2f} and {0.8 + half:.2f} points, and zero is among it" in words(app)
    next(one for one in app.slider if one.label == "Seeds of each").set_value(20).run()
    assert "zero is not among what is plausible" in words(app)


def test_ones_own_runs(visit: Any, words: Any, tested: Any) -> None:
    for (name, seed), recipe in race().items():
        tested(5 + seed, recipe=recipe, title=title_of("Choosing", f"{name} · {seed}"))
    app = visit("choosing", session={STEP: "find"})
    assert not app.exception
    assert "Zero is among what is plausible" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested()
    assert not visit("choosing", language="zh_CN", session={**OPEN, STEP: step}).exception
