"""Trials: how runs are known for them, how long they take, and what a difference is worth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from imgcls.atomic import write_json
from imgcls.errors import InputError, UnknownNameError
from imgcls.evaluation.metrics import accuracy_interval
from imgcls.race import Variant
from imgcls.recipe import Choice, Optimizer, Recipe, Training
from imgcls.runs import Curve, Status, create_run, delete_run, get_run, rename_run
from imgcls.training.loop import REASONS
from imgcls.training.timing import OVERHEAD, Timing, estimated_seconds
from imgcls.trials import (
    FEWEST,
    MOST,
    Score,
    Standing,
    has_diverged,
    loss_of_guessing,
    measured_seconds_of_all,
    score_of,
    seconds_left,
    title_of,
    to_measure,
    trials_of,
    verdict,
)

WAITING = {"ticket": 1, "engine": ""}
GONE = "20260131-093000-1a2b3c"


def begin(*labels: str, title: str = "Augmentation") -> list[str]:
    made = []
    for seed, label in enumerate(labels):
        run = create_run(Recipe(seed=seed), WAITING)
        rename_run(run, title_of(title, label))
        made.append(run.id)
    return made


# -- which runs


def test_runs_are_trials_in_the_order_that_is_asked_for():
    ids = begin("without", "with", "more")[::-1]
    trials = trials_of(ids)
    assert trials.ids == tuple(ids)
    assert list(trials.runs) == ids
    assert [recipe.seed for recipe in trials.recipes.values()] == [2, 1, 0]
    assert list(trials.labels.values()) == ["more", "with", "without"]
    assert trials.deleted == []


def test_a_deleted_run_leaves_the_others_trials():
    ids = begin("without", "with")
    delete_run(get_run(ids[0]))
    trials = trials_of(ids)
    assert trials.deleted == [ids[0]]
    assert list(trials.runs) == list(trials.recipes) == [ids[1]]
    assert trials.labels == {ids[0]: ids[0][-6:], ids[1]: "with"}


def test_trials_of_which_nothing_is_left_are_refused():
    ids = begin("without", "with")
    for identifier in ids:
        delete_run(get_run(identifier))
    with pytest.raises(UnknownNameError, match="None of these 2 runs"):
        trials_of(ids)


@pytest.mark.parametrize("count", [0, 1, MOST + 1, 500])
def test_so_few_or_so_many_are_no_trials(count):
    with pytest.raises(InputError, match=rf"{FEWEST} to {MOST} runs, .* Received: {count}\."):
        trials_of([GONE] * count)


@pytest.mark.parametrize("bad", ["", "../../etc", "x" * 999, "２０２６", "<b>"])
def test_what_is_no_identifier_is_refused(bad):
    with pytest.raises(UnknownNameError, match="There is no run") as caught:
        trials_of([*begin("without"), bad])
    assert len(str(caught.value)) < 200
    assert "<b>" not in str(caught.value)


def test_the_same_run_twice_is_refused():
    with pytest.raises(InputError, match="the same run twice"):
        trials_of(begin("without") * 2)


def test_a_recipe_that_cannot_be_read_is_one_sentence():
    ids = begin("without", "with")
    (get_run(ids[0]).folder / "recipe.json").write_text("{")
    with pytest.raises(InputError):
        trials_of(ids)


def test_labels_that_are_alike_are_told_apart():
    ids = begin("with", "with", "without")
    labels = trials_of(ids).labels
    assert list(labels.values()) == [f"with ({ids[0][-6:]})", f"with ({ids[1][-6:]})", "without"]


def test_a_run_that_somebody_renamed_is_called_by_its_name():
    ids = begin("with", "without")
    rename_run(get_run(ids[0]), "my favourite")
    assert trials_of(ids).labels[ids[0]] == "my favourite"


@pytest.mark.parametrize(
    ("title", "label"), [("Flip", "with"), ("A" * 90, "with"), ("A" * 90, "b" * 90), ("", "x"), ("a: b", "c: d")]
)
def test_names_fit_and_give_their_label_back(title, label):
    name = title_of(title, label)
    run = create_run(Recipe(), WAITING)
    rename_run(run, name)  # refuses longer ones
    other = begin("other")
    given = trials_of([run.id, *other]).labels[run.id]
    assert given == (label if len(label) < 30 else label[:31] + "…").replace(": ", " ")


# -- how they stand


def standing(**statuses: Status) -> Standing[str]:
    run = get_run(begin("a")[0])
    return Standing(dict.fromkeys(statuses, run), statuses, {name: Curve() for name in statuses})


def test_who_is_at_it_now():
    assert standing(a=Status.COMPLETED, b=Status.QUEUED, c=Status.RUNNING).now == "c"
    assert standing(a=Status.QUEUED, b=Status.PAUSED).now == "b"
    assert standing(a=Status.COMPLETED, b=Status.QUEUED, c=Status.QUEUED).now == "b"
    assert standing(a=Status.COMPLETED, b=Status.FAILED).now is None


def test_who_can_go_on():
    found = standing(a=Status.COMPLETED, b=Status.INTERRUPTED, c=Status.STOPPED, d=Status.FAILED)
    assert len(found.can_go_on) == 2
    assert not found.is_active
    assert standing(a=Status.COMPLETED, b=Status.PAUSED).is_active


def test_the_loss_of_guessing():
    assert loss_of_guessing(Curve(start={"classes": 2})) == math.log(2)
    assert loss_of_guessing(Curve()) == math.log(10)


def test_a_result_says_whether_a_run_has_diverged():
    assert has_diverged({"status": "failed", "reason": {"template": REASONS["diverged"], "values": {}}})
    assert not has_diverged({"status": "failed", "reason": {"template": "Another.", "values": {}}})
    assert not has_diverged({"status": "completed", "reason": None})
    assert not has_diverged(None)


# -- time


def curve(epochs: int = 0, steps: int = 0, speed: float = 100.0) -> Curve:
    number = list(range(1, (steps or 10 * epochs) + 1))
    return Curve(
        start={"steps_per_epoch": 10, "epochs": 2, "train_images": 300, "classes": 10},
        step=number,
        images_per_second=speed,
        epochs=[{"epoch": at, "step": at * 10} for at in range(1, epochs + 1)],
    )


def test_time_left_counts_what_waits_as_the_slowest():
    curves = {Variant.NEITHER: curve(2, speed=300), Variant.SKIP: curve(steps=10, speed=100), Variant.BOTH: Curve()}
    status = {Variant.NEITHER: Status.COMPLETED, Variant.SKIP: Status.RUNNING, Variant.BOTH: Status.QUEUED}
    assert seconds_left(curves, status) == pytest.approx(3 + OVERHEAD + 6)


def test_time_left_is_unknown_before_the_first_step_and_at_the_end():
    assert seconds_left({"a": Curve()}, {"a": Status.QUEUED}) is None
    assert seconds_left({"a": curve(1)}, {"a": Status.COMPLETED}) is None


def test_what_costs_the_same_is_measured_once_and_each_is_priced_by_its_own():
    plain = [Recipe(seed=seed, training=Training(epochs=epochs)) for seed in (0, 1) for epochs in (2, 5)]
    others = [
        Recipe(architecture=Choice(name="resnet-20")),
        Recipe(training=Training(batch_size=128)),
        Recipe(training=Training(optimizer=Optimizer(name="sgd"))),
        Recipe(augmentation=(Choice(name="flip"),)),
    ]
    wanted = to_measure([*plain, *others])
    assert list(wanted.values()) == [plain[0], *others]
    timings = {key: Timing(0.01 * place, 0.001, 1) for place, key in enumerate(wanted, 1)}
    expected = sum(estimated_seconds(recipe, Timing(0.01, 0.001, 1)) for recipe in plain)
    expected += sum(estimated_seconds(recipe, Timing(0.01 * place, 0.001, 1)) for place, recipe in enumerate(others, 2))
    assert measured_seconds_of_all([*plain, *others], timings) == pytest.approx(expected)


# -- what a difference is worth


def test_the_interval_is_wilsons():
    assert Score(0.9, 1000).interval == accuracy_interval(0.9, 1000)
    assert Score(0.0, 0).interval == (0.0, 1.0)


def newcombe(one: float, n: int, other: float, m: int, level: float = 0.95) -> tuple[float, float]:
    """Both ends of the interval for one − other, straight from the paper's page 877 (method 10)."""
    z = norm.ppf(0.5 + level / 2)

    def wilson(p: float, count: int) -> np.ndarray:
        # roots of |p − θ| = z · sqrt(θ (1 − θ) / count)
        return np.sort(np.roots([1 + z * z / count, -(2 * p + z * z / count), p * p]).real)

    (l1, u1), (l2, u2) = wilson(one, n), wilson(other, m)
    return (
        one - other - math.hypot(one - l1, u2 - other),
        one - other + math.hypot(u1 - one, other - l2),
    )


def test_newcombes_own_example():
    """56/70 and 48/80: 0.0524 to 0.3339 in the paper's table II."""
    assert newcombe(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("better", "other", "count"), [(0.9, 0.88, 1000), (0.9, 0.7, 100), (1.0, 0.97, 100), (0.5, 0.49, 4000)]
)
def test_chance_is_what_newcombes_interval_leaves_to_it(better, other, count):
    found = verdict({"without": Score(other, count), "with": Score(better, count)})
    assert (found.better, found.other, found.images, found.compared) == ("with", "without", count, 2)
    low, _high = newcombe(better, count, other, count)
    assert found.difference - found.chance == pytest.approx(low, abs=1e-6)
    assert found.may_be_chance == (low <= 0)


def test_the_first_is_what_the_best_is_compared_with():
    found = verdict({"a": Score(0.8, 500), "b": Score(0.85, 500), "c": Score(0.9, 500)})
    assert (found.better, found.other) == ("c", "a")
    found = verdict({"a": Score(0.9, 500), "b": Score(0.8, 500), "c": Score(0.85, 400)})
    assert (found.better, found.other, found.images) == ("a", "c", 400)


def test_who_looks_more_often_needs_a_larger_difference():
    two = verdict({"a": Score(0.8, 500), "b": Score(0.85, 500)})
    three = verdict({"a": Score(0.8, 500), "b": Score(0.85, 500), "c": Score(0.7, 500)})
    assert two.difference == three.difference
    assert three.chance > two.chance
    low, _high = newcombe(0.85, 500, 0.8, 500, level=0.975)
    assert three.difference - three.chance == pytest.approx(low, abs=1e-6)


def test_a_difference_of_pure_chance_is_seldom_called_more():
    """Two networks that are equally good, tested a thousand times on different images."""
    random = np.random.default_rng(0)
    hits = random.binomial(1000, 0.93, (1000, 2)) / 1000
    called = [not verdict({"a": Score(a, 1000), "b": Score(b, 1000)}).may_be_chance for a, b in hits]
    assert 0.02 < np.mean(called) < 0.08


def test_nothing_is_said_of_one_result():
    assert verdict({}) is None
    assert verdict({"a": Score(0.9, 100)}) is None


LABELS = {"a": "without", "b": "with"}


def test_the_sentence_says_what_the_difference_is_worth():
    worth = verdict({"a": Score(0.80, 4000), "b": Score(0.90, 4000)}).say(LABELS)
    assert worth.startswith("“with” is 10.0 points ahead of “without”. That is more than the 1.")
    assert "4,000 test images" in worth
    assert "one seed" in worth
    maybe = verdict({"a": Score(0.90, 500), "b": Score(0.91, 500)}).say(LABELS)
    assert maybe.startswith("“with” is 1.0 points ahead of “without”. With one seed and 500 test images, a difference")
    assert maybe.endswith("points may be chance.")
    level = verdict({"a": Score(0.9, 500), "b": Score(0.9, 500)}).say(LABELS)
    assert level.startswith("“without” and “with” have the same test accuracy.")


def test_a_run_has_a_score_when_it_was_tested(tiny_run, queued_run):
    result = tiny_run.result
    assert score_of(tiny_run) == Score(result["test_accuracy"], result["test_images"])
    assert score_of(queued_run) is None


@pytest.mark.parametrize(
    "bad",
    [
        {"test_accuracy": None, "test_images": 10},
        {"test_accuracy": 0.5},
        {"test_accuracy": 0.5, "test_images": 0},
        {"test_accuracy": 7, "test_images": 10},
        {"test_accuracy": "0.5", "test_images": 10},
    ],
)
def test_a_strange_result_is_no_score(queued_run, bad):
    write_json(queued_run.folder / "result.json", bad)
    assert score_of(queued_run) is None
