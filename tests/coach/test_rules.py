"""Every rule on curves that must and must not trigger it, and on real runs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from imgcls.coach import RULES, History, advise
from imgcls.coach.collapse import collapsed_classes
from imgcls.coach.history import history_of, history_of_run
from imgcls.comparison.differences import differences
from imgcls.recipe import Choice, Recipe, Split
from imgcls.runs import create_run, read_curve
from tests.conftest import train_here

GUESSING = math.log(10)
RECIPE = Recipe()


def seen(loss, val_loss=None, accuracy=None, val_accuracy=None, answers=None, there=None, **more) -> History:
    """A curve of ten classes; what is not given is as good as the loss suggests."""
    loss = np.array(loss, float)
    val_loss = loss * 1.05 if val_loss is None else np.array(val_loss, float)
    accuracy = np.exp(-loss) if accuracy is None else np.array(accuracy, float)
    val_accuracy = np.exp(-val_loss) if val_accuracy is None else np.array(val_accuracy, float)
    kept = (None, None) if answers is None else (np.array(answers, float), np.array(there))
    return History(
        loss,
        accuracy,
        val_loss,
        val_accuracy,
        10,
        more.get("images", 500),
        more.get("is_over", True),
        more.get("tested", 1000),
        *kept,
    )


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
    "too few images": (
        [seen([1.0], images=40), seen([1.0], tested=40), seen([1.0], images=40, tested=40)],
        [seen([1.0], images=200), seen([], images=40), seen([1.0], images=200, tested=200), HEALTHY],
    ),
    "class collapse": (
        [
            seen([1.2, 0.8], answers=[[30, 0, 20]] * 2, there=[20, 10, 20]),
            seen([1.2, 0.8, 0.7], answers=[[20, 10, 20], [30, 0, 20], [30, 0, 20]], there=[20, 10, 20]),
        ],
        [
            seen([1.2, 0.8], answers=[[30, 0, 20], [20, 10, 20]], there=[20, 10, 20]),  # it came later
            seen([1.2, 0.8], answers=[[30, 10, 10], [30, 0, 20]], there=[20, 10, 20]),  # one epoch is none
            seen([1.2, 0.8], answers=[[30, 0, 20]] * 2, there=[26, 4, 20]),  # of so few nobody can tell
            seen([2.3, 2.3], answers=[[50, 0, 0]] * 2, there=[20, 10, 20]),  # nothing has been learned at all
            seen([1.2], answers=[[30, 0, 20]], there=[20, 10, 20]),
            seen([1.2, 0.8], answers=[[math.nan] * 3] * 2, there=[20, 10, 20]),  # nobody kept any
            HEALTHY,
        ],
    ),
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
    assert "mean over the epoch" in RULES["validation easier"](curve, RECIPE).text
    silenced = Recipe(architecture=Choice(name="mlp", dropout=0.5))
    found = RULES["validation easier"](curve, silenced)
    assert "dropout silences 50%" in found.text.format(**found.values)
    assert [differences([silenced, one.recipe]) for one in found.experiments] == [
        ["training.epochs"],
        ["architecture.dropout"],
    ]


def test_too_few_images_are_those_of_the_test():
    """What a network is judged by; validation images come second."""
    both = RULES["too few images"](seen([1.0], images=50, tested=60), RECIPE)
    assert "60 test images" in both.text.format(**both.values)
    assert both.values["points"] == pytest.approx(98 / math.sqrt(60))
    assert both.experiments[0].recipe.split.test == 0.4
    validation = RULES["too few images"](seen([1.0], images=50, tested=1000), RECIPE)
    assert "50 validation images" in validation.text.format(**validation.values)
    assert validation.experiments[0].recipe.split.validation == 0.2
    all_taken = Recipe(split=Split(validation=0.4, test=0.4))
    found = RULES["too few images"](seen([1.0], tested=60), all_taken)
    assert [differences([all_taken, one.recipe]) for one in found.experiments] == [["seed"]]


def test_a_collapse_names_its_classes_and_since_when():
    curve = replace(CASES["class collapse"][0][1], class_names=("cat", "dog", "owl"))
    found = RULES["class collapse"](curve, RECIPE)
    assert (found.first, found.last, found.values["names"], found.values["images"]) == (2, 3, "dog", 10)
    assert [one.recipe.balance.name for one in found.experiments] == ["class-weights", "oversampling"]


def test_a_network_that_has_learned_nothing_learns_nothing_by_heart():
    """A loss that shot up and came down to guessing has fallen, too."""
    loss = [217.0, 22.0, 2.38, 2.36, 2.42, 2.35, 2.32, 2.31]
    assert RULES["overfitting"](seen(loss, [5.3, 3.4, 4.2, 4.5, 4.5, 4.5, 4.5, 4.5]), RECIPE) is None


def test_no_experiment_is_the_run_again():
    """It could go on, but the limit of epochs is reached."""
    longest = Recipe.model_validate({"training": {"epochs": 50}})
    (found,) = advise(CASES["underfitting"][0][0], longest)
    assert found.rule == "underfitting"
    assert [differences([longest, one.recipe]) for one in found.experiments] == [["training.optimizer.learning_rate"]]


def test_what_a_run_keeps_is_all_looked_at(tiny_run):
    history = history_of_run(tiny_run, read_curve(tiny_run.folder), is_over=True)
    assert (history.test_images, history.validation_images, history.classes) == (1000, 500, 10)
    assert history.answers.sum() == history.there.sum() == 500
    assert history.class_names == tuple("0123456789")
    (tiny_run.folder / "result.json").unlink()
    assert history_of_run(tiny_run, read_curve(tiny_run.folder), is_over=False).test_images == 1000, "the log says it"
    (tiny_run.folder / "snapshots" / "epoch-0001.npz").write_bytes(b"PK torn")
    torn = history_of_run(tiny_run, read_curve(tiny_run.folder), is_over=False)
    assert torn.answers is None


def test_classes_that_are_never_answered():
    predicted, labels = np.array([0] * 10 + [1] * 5), np.array([0] * 5 + [2] * 5 + [1] * 3 + [3] * 2)
    assert collapsed_classes(predicted, labels, 4).tolist() == [2], "of class 3 there are too few to say so"


def test_a_run_of_one_epoch_says_little(tiny_run):
    curve = read_curve(tiny_run.folder)
    history = history_of(curve, is_over=True)
    assert history.epochs == 1
    assert history.val_accuracy[0] == curve.epochs[0]["val_accuracy"]
    assert advise(history, tiny_run.recipe) == []


MLP, LINEAR = {"name": "mlp"}, {"name": "linear"}


def training(epochs: int, rate: float, name: str = "adam", **more) -> dict:
    return {"epochs": epochs, "optimizer": {"name": name, "learning_rate": rate}, **more}


#: Small trainings, each of which really does what its rule is about; a few seconds each.
REAL = {
    "divergence": {"architecture": MLP, "subset": 0.1, "training": training(4, 3.0, "sgd")},
    "learning rate too low": {"architecture": MLP, "subset": 0.1, "training": training(2, 1e-7)},
    "learning rate too high": {
        "architecture": MLP,
        "subset": 0.2,
        "training": training(14, 0.03, "rmsprop", batch_size=8),
    },
    "overfitting": {"architecture": MLP, "subset": 0.05, "label_noise": 0.2, "training": training(30, 0.003)},
    "underfitting": {"architecture": MLP, "subset": 0.3, "training": training(4, 0.0003)},
    "plateau": {
        "architecture": LINEAR,
        "augmentation": [{"name": "affine"}],
        "subset": 0.5,
        "training": training(12, 0.01),
    },
    "validation easier (augmentation)": {
        "architecture": MLP,
        "augmentation": [{"name": "affine"}],
        "subset": 0.3,
        "training": training(6, 0.001),
    },
    "validation easier (dropout)": {
        "architecture": {"name": "mlp", "dropout": 0.6},
        "subset": 0.5,
        "training": training(6, 0.001),
    },
    "too few images": {
        "dataset": {"name": "digits-8x8"},
        "split": {"test": 0.06},
        "architecture": LINEAR,
        "training": training(3, 0.01),
    },
    "class collapse": {
        "architecture": MLP,
        "subset": 0.5,
        "imbalance": {"kind": "rare", "ratio": 0.005, "classes": ["3"]},
        "training": training(4, 0.001),
    },
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", REAL)
def test_real_runs_that_show_it(case):
    found = advice_of_a_real_run(REAL[case])
    rule = case.partition(" (")[0]
    (one,) = [one for one in found if one.rule == rule]
    assert 1 <= one.first <= one.last
    if "(" in case:
        assert case.partition("(")[2].rstrip(")") in one.text
    if rule == "class collapse":
        assert one.values["names"] == "3"


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("network", ["seed-cnn", "mlp"])
def test_a_healthy_real_run_is_left_alone(network):
    recipe = {"architecture": {"name": network}, "training": training(5 if network == "seed-cnn" else 9, 0.001)}
    assert advice_of_a_real_run(recipe) == []


def advice_of_a_real_run(recipe: dict) -> list:
    """What the rules say of a training that happens here and now."""
    run = create_run(Recipe.model_validate(recipe), {"ticket": 1, "engine": ""})
    train_here(run.folder)
    return advise(history_of_run(run, read_curve(run.folder), is_over=True), run.recipe)
