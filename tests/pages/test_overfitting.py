"""The lesson on overfitting: a guess, a training that is used again, remedies one at a time, a run of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.lessons.overfitting import BASE, Remedy, remedied
from imgcls.trials import title_of
from pages.components.question import Asked

STEP = "lesson step: overfitting"
OPEN = {"question: overfitting gap": Asked(True, 50.0), "question: overfitting remedy": Asked(True, "dropout")}


def button(app: Any, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found


def test_it_asks_before_it_trains(visit: Any, engine: Any) -> None:
    app = visit("overfitting")
    assert not any(one.label == "Train it now" for one in app.button)
    button(app, "That is my answer").click().run()
    button(app, "Train it now").click().run()
    assert not app.exception
    assert engine.calls == [("submit", BASE)]


def test_a_finished_run_is_used_again(visit: Any, words: Any, make_run: Any) -> None:
    make_run("completed", recipe=BASE)
    app = visit("overfitting", session=OPEN)
    assert not app.exception
    assert not any(one.label == "Train it now" for one in app.button)
    assert "You said 50 %. It is **90%** of the digits it trained on, and **88%** of others" in words(app)


def test_only_what_is_missing_is_trained(visit: Any, engine: Any, make_run: Any) -> None:
    make_run("completed", recipe=BASE)
    make_run("completed", recipe=remedied(Remedy.DROPOUT))
    app = visit("overfitting", session={**OPEN, STEP: "change"})
    button(app, "Train them").click().run()
    assert not app.exception
    assert [recipe for _what, recipe in engine.calls] == [
        remedied(one) for one in Remedy if one not in (Remedy.NONE, Remedy.DROPOUT)
    ]


def test_the_gaps_in_one_table(visit: Any, words: Any, make_run: Any) -> None:
    ids = [make_run("completed", recipe=remedied(one), title=title_of("Overfitting", one)).id for one in Remedy]
    app = visit("overfitting", session={**OPEN, STEP: "change"}, link={"trials": ",".join(ids)})
    assert not app.exception
    assert "changes little" in str(app.table[-1].value)
    assert "You said “dropout”: it closed 0%" in words(app)
    assert "of a weight would be left" in words(app)


def test_a_run_of_ones_own(visit: Any, words: Any, tested: Any) -> None:
    tested()
    app = visit("overfitting", session={STEP: "find"})
    assert not app.exception
    assert [one.value for one in app.metric][:1] == ["2.5 points"]


def test_a_next_experiment_leads_to_train(visit: Any, words: Any, tested: Any, monkeypatch: Any) -> None:
    """From the lesson, too: its buttons fill in the form on Train, and go there."""
    from imgcls.coach import rules
    from imgcls.coach.advice import Advice
    from imgcls.coach.experiments import with_epochs

    run = tested()
    advice = Advice("overfitting", "It learns by heart", "So.", {}, 1, 2, (with_epochs(run.recipe, 3),))
    monkeypatch.setattr(rules, "RULES", {"overfitting": lambda seen, recipe: advice})
    app = visit("overfitting", session={STEP: "find"})
    app.button(key=f"coach {run.id} overfitting 0").click().run()
    assert not app.exception
    assert app.title[0].value == "Train a network and watch it learn"
    (epochs,) = [slider for slider in app.slider if slider.label == "Epochs"]
    assert epochs.value == 3


def test_without_a_run_there_is_a_way_to_one(visit: Any, words: Any) -> None:
    app = visit("overfitting", session={STEP: "find"})
    assert not app.exception
    assert "Your own network will stand here" in words(app)


@pytest.mark.parametrize("step", ["see", "change", "find"])
def test_each_step_in_chinese(visit: Any, tested: Any, step: str) -> None:
    tested(recipe=BASE)
    assert not visit("overfitting", language="zh_CN", session={**OPEN, STEP: step}).exception
