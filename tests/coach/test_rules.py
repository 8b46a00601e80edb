"""Every rule on curves that must and must not trigger it, and on real runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imgcls.coach import RULES, History, advise
from imgcls.coach.history import history_of
from imgcls.coach.rules import collapsed_classes
from imgcls.recipe import Choice, Recipe
from imgcls.runs import read_curve

GUESSING = math.log(10)
RECIPE = Recipe()


def seen(loss, val_loss=None, accuracy=None, val_accuracy=None, images=500, is_over=True) -> History:
    """A curve of ten classes; what is not given is as good as the loss suggests."""
    loss = np.array(loss, float)
    val_loss = loss * 1.05 if val_loss is None else np.array(val_loss, float)
    accuracy = np.exp(-loss) if accuracy is None else np.array(accuracy, float)
    val_accuracy = np.exp(-val_loss) if val_accuracy is None else np.array(val_accuracy, float)
    return History(loss, accuracy, val_loss, val_accuracy, 10, images, is_over)


#: A healthy run: falls quickly, then more slowly, without noise worth the name.
HEALTHY = seen(
    [0.80, 0.26, 0.19, 0.15, 0.13, 0.115, 0.105, 0.10, 0.095, 0.094],
    [0.32, 0.22, 0.17, 0.15, 0.14, 0.135, 0.130, 0.13, 0.131, 0.132],
)
FALLING = [2.0, 1.5, 1.1, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12, 0.07]

#: Of each rule curves that show it, and curves that nearly do.
CASES: dict[str, tuple[list[History], list[History]]] = {
    "divergence": (
        [
            seen([2.2, 9.0, 40.0]),
            seen([2.2, math.nan]),
            seen([1.0, 0.5, math.inf]),
            seen([812.0, 2.4, 2.31]),  # shot up at first, and has learned nothing since
        ],
        [seen([9.0, 2.1, 1.0]), seen([2.3, 2.3, 2.3]), HEALTHY],
    ),
    "not learning": (
        [seen([GUESSING] * 5), seen([2.31, 2.30])],
        [seen([2.30]), seen([2.30, 2.28, 2.1]), seen([9.0, 40.0]), seen([812.0, 2.31]), HEALTHY],
    ),
    "learning rate too high": (
        [seen([1.2, 0.8, 1.1, 0.7, 1.0, 0.9])],
        [seen([1.2, 0.8, 0.95, 0.7, 0.6]), seen([0.02, 0.01, 0.02, 0.01, 0.02]), HEALTHY],
    ),
    "overfitting": (
        [seen(FALLING, [1.9, 1.5, 1.3, 1.2, 1.25, 1.35, 1.5, 1.7, 1.9, 2.1])],
        [
            seen(FALLING, [1.9, 1.5, 1.3, 1.2, 1.1, 1.05, 1.0, 0.98, 0.97, 1.2]),  # one bad epoch
            seen(FALLING, [1.9, 1.5, 1.3, 1.2, 1.19, 1.2, 1.21, 1.2, 1.22, 1.21]),  # level, no more
            HEALTHY,
        ],
    ),
    "underfitting": (
        [seen([2.2, 2.0, 1.7, 1.4]), seen([1.5, 1.2, 1.0], [1.4, 1.1, 0.9])],
        [seen([2.2, 2.0, 1.7, 1.4], is_over=False), seen([1.0, 0.5, 0.49, 0.485]), seen([2.30, 2.30, 2.30]), HEALTHY],
    ),
    "plateau": (
        [seen([1.5, 1.1, 1.0, 0.95, 0.95, 0.951, 0.949, 0.95, 0.95])],
        [
            seen([1.5, 1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]),
            seen([0.5, 0.1, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02]),  # all is learned
            HEALTHY,
        ],
    ),
    "validation easier": (
        [seen([0.9] * 4, accuracy=[0.6] * 4, val_accuracy=[0.7] * 4)],
        [
            seen([0.9] * 4, accuracy=[0.66] * 4, val_accuracy=[0.67] * 4),
            seen([0.9] * 4, accuracy=[0.6] * 4, val_accuracy=[0.7] * 4, images=50),  # may be chance
            HEALTHY,
        ],
    ),
    "too few images": ([seen([1.0], images=40)], [seen([1.0], images=200), seen([], images=40), HEALTHY]),
}


@pytest.mark.parametrize(("rule", "curve"), [(rule, one) for rule, (must, _) in CASES.items() for one in must])
def test_it_is_said_where_it_holds(rule, curve):
    found = RULES[rule](curve, RECIPE)
    assert found is not None
    assert 1 <= found.first <= found.last <= curve.epochs
    assert found.text.format(**found.values)
    for experiment in found.experiments:
        assert experiment.label.format(**experiment.values)
        assert experiment.recipe != RECIPE
        Recipe.model_validate(experiment.recipe.model_dump())
    assert len(found.experiments) <= 2


@pytest.mark.parametrize(("rule", "curve"), [(rule, one) for rule, (_, must_not) in CASES.items() for one in must_not])
def test_it_is_not_said_where_it_does_not(rule, curve):
    assert RULES[rule](curve, RECIPE) is None


def test_every_rule_has_its_cases():
    assert set(CASES) == set(RULES)


def test_a_healthy_curve_is_left_alone():
    assert advise(HEALTHY, RECIPE) == []
    assert advise(seen([]), RECIPE) == []


def test_the_evidence_is_where_it_was_seen():
    found = RULES["overfitting"](CASES["overfitting"][0][0], RECIPE)
    assert (found.first, found.last) == (4, 10)
    assert (found.values["low"], found.values["high"]) == (1.2, 1.9)


def test_a_low_rate_is_told_from_a_high_one():
    slow = Recipe.model_validate({"training": {"optimizer": {"learning_rate": 1e-6}}})
    found = RULES["not learning"](seen([GUESSING] * 5), slow)
    assert found.rule == "learning rate too low"
    assert [one.values["rate"] for one in found.experiments] == [1e-5, 1e-4]
    assert RULES["not learning"](seen([GUESSING] * 5), RECIPE).rule == "not learning"


def test_why_validation_is_easier_depends_on_the_recipe():
    curve = CASES["validation easier"][0][0]
    augmented = Recipe(augmentation=(Choice(name="affine"),))
    assert "augmentation" in RULES["validation easier"](curve, augmented).text
    assert "dropout" in RULES["validation easier"](curve, RECIPE).text


def test_classes_that_are_never_answered():
    predicted, labels = np.array([0] * 10 + [1] * 5), np.array([0] * 5 + [2] * 5 + [1] * 3 + [3] * 2)
    assert collapsed_classes(predicted, labels, 4).tolist() == [2], "of class 3 there are too few to say so"


def test_a_run_of_one_epoch_says_little(tiny_run):
    curve = read_curve(tiny_run.folder)
    history = history_of(curve, is_over=True)
    assert history.epochs == 1
    assert history.val_accuracy[0] == curve.epochs[0]["val_accuracy"]
    assert advise(history, tiny_run.recipe) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("rule", "rate", "epochs"),
    [("divergence", 10.0, 2), ("learning rate too low", 1e-7, 2), (None, 0.001, 5)],
)
def test_real_runs(rule, rate, epochs, new_engine):
    from imgcls.runs import Status, get_run
    from tests.engines.fakes import until

    training = {"epochs": epochs, "optimizer": {"name": "adam", "learning_rate": rate}}
    recipe = Recipe.model_validate({"training": training})
    identifier = new_engine().submit(recipe)
    until(lambda: get_run(identifier).status.is_over, 200)
    run = get_run(identifier)
    assert run.status in (Status.COMPLETED, Status.FAILED)
    found = advise(history_of(read_curve(run.folder), is_over=True), recipe)
    assert [one.rule for one in found][:1] == ([rule] if rule else [])
