"""What was expected of a run: written once, read back, and nothing read where there is no such thing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from imgcls.atomic import read_arrays, write_arrays, write_json
from imgcls.expectation import (
    FILE,
    Expectation,
    Guess,
    Hits,
    expectation_of,
    keep_expectation,
    mean_distance,
    recalls_of,
    record,
)
from imgcls.recipe import Choice, Recipe
from imgcls.runs import Run, create_run, delete_run, get_run, list_runs


@pytest.mark.parametrize(
    "expected",
    [
        Expectation(0.93),
        Expectation(None, "7"),
        Expectation(0.0, "a b", False),
        Expectation(wins=True, race=("20260131-093000-1a2b3c",)),
    ],
)
def test_it_is_read_back(queued_run, expected):
    keep_expectation(queued_run, expected)
    assert expectation_of(queued_run) == expected


def test_nothing_expected_is_nothing_written(queued_run):
    keep_expectation(queued_run, Expectation())
    assert not (queued_run.folder / FILE).exists()
    assert not expectation_of(queued_run)


@pytest.mark.parametrize(
    "content", ["", "[]", "7", json.dumps({"accuracy": "x", "hardest": 3, "wins": 1, "race": [7]})]
)
@pytest.mark.parametrize("accuracy", [-0.1, 1.1, True, None])
def test_what_is_no_expectation_is_none(queued_run, content, accuracy):
    (queued_run.folder / FILE).write_text(content)
    assert not expectation_of(queued_run)
    (queued_run.folder / FILE).write_text(json.dumps({"accuracy": accuracy}))
    assert not expectation_of(queued_run)


def test_the_record_has_what_was_expected_and_came(tiny_run):
    recalls = recalls_of(tiny_run)
    hardest = min(recalls, key=lambda name: recalls[name])
    keep_expectation(tiny_run, Expectation(0.5, hardest))
    rows = [
        SimpleNamespace(id=tiny_run.id, result={"test_accuracy": 0.75}),
        SimpleNamespace(id="running", result={}),
    ]
    found = record(rows, lambda identifier: tiny_run)
    assert found.accuracies == (Guess(tiny_run.id, 0.5, 0.75),)
    assert found.hardest == Hits(1, 1)
    assert found.accuracies[0].off == -0.25
    assert mean_distance([*found.accuracies, Guess("b", 0.8, 0.7)]) == pytest.approx(0.175)
    keep_expectation(tiny_run, Expectation(hardest=max(recalls, key=lambda name: recalls[name])))
    assert record(rows, lambda identifier: tiny_run).hardest == Hits(0, 1)
    keep_expectation(tiny_run, Expectation(hardest="no such class"))
    assert record(rows, lambda identifier: tiny_run).hardest == Hits()


def test_recalls_are_of_classes_that_were_tested(tiny_run, queued_run):
    recalls = recalls_of(tiny_run)
    assert list(recalls) == list("0123456789")
    kept = read_arrays(tiny_run.folder / "evaluation.npz")
    predicted = kept["logits"].argmax(1)
    assert recalls["7"] == pytest.approx((predicted[kept["labels"] == 7] == 7).mean())
    write_arrays(tiny_run.folder / "evaluation.npz", {name: one[kept["labels"] != 7] for name, one in kept.items()})
    assert "7" not in recalls_of(tiny_run), "of a class without images nobody knows how hard it is"
    assert recalls_of(queued_run) == {}


def race(accuracies: dict[str, tuple[float, ...]], winner: str) -> list[Run]:
    """Runs of networks by name, a seed for each accuracy, of which one is expected to win."""
    made = [
        (name, accuracy, create_run(Recipe(architecture=Choice(name=name), seed=seed), {"ticket": 1, "engine": ""}))
        for name, some in accuracies.items()
        for seed, accuracy in enumerate(some)
    ]
    ids = tuple(run.id for _name, _accuracy, run in made)
    for name, accuracy, run in made:
        keep_expectation(run, Expectation(wins=name == winner, race=ids))
        write_json(run.folder / "result.json", {"test_accuracy": accuracy, "test_images": 100})
    return [run for _name, _accuracy, run in made]


def test_the_winner_of_a_race_is_the_one_with_the_highest_mean():
    """Each race counts once, whatever its number of runs; one run alone may be better than all of the winner's."""
    right = race({"seed-cnn": (0.9, 0.9), "lenet-5": (0.95, 0.7)}, "seed-cnn")
    assert record(list_runs(), get_run).winners == Hits(1, 1)
    race({"seed-cnn": (0.9, 0.9), "lenet-5": (0.95, 0.95)}, "seed-cnn")
    assert record(list_runs(), get_run).winners == Hits(1, 2)
    (right[0].folder / "result.json").unlink()
    assert record(list_runs(), get_run).winners == Hits(0, 1), "a race that has not ended has no winner"
    delete_run(right[0])
    assert record(list_runs(), get_run).winners == Hits(0, 1)
