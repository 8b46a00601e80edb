"""What was expected of a run: written once, read back, and nothing read where there is no such thing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from imgcls.expectation import FILE, Expectation, Guess, expectation_of, keep_expectation, mean_distance, record


@pytest.mark.parametrize(
    "expected", [Expectation(0.93), Expectation(None, "7"), Expectation(0.0, "a b", False), Expectation(wins=True)]
)
def test_it_is_read_back(queued_run, expected):
    keep_expectation(queued_run, expected)
    assert expectation_of(queued_run) == expected


def test_nothing_expected_is_nothing_written(queued_run):
    keep_expectation(queued_run, Expectation())
    assert not (queued_run.folder / FILE).exists()
    assert not expectation_of(queued_run)


@pytest.mark.parametrize("content", ["", "[]", "7", json.dumps({"accuracy": "x", "hardest": 3, "wins": 1})])
@pytest.mark.parametrize("accuracy", [-0.1, 1.1, True, None])
def test_what_is_no_expectation_is_none(queued_run, content, accuracy):
    (queued_run.folder / FILE).write_text(content)
    assert not expectation_of(queued_run)
    (queued_run.folder / FILE).write_text(json.dumps({"accuracy": accuracy}))
    assert not expectation_of(queued_run)


def test_the_record_has_what_was_expected_and_came(tiny_run):
    keep_expectation(tiny_run, Expectation(0.5, "3"))
    rows = [
        SimpleNamespace(id=tiny_run.id, result={"test_accuracy": 0.75}),
        SimpleNamespace(id="running", result={}),
    ]
    (guess,) = record(rows, lambda identifier: tiny_run)
    assert guess == Guess(tiny_run.id, 0.5, 0.75)
    assert guess.off == -0.25
    assert mean_distance([guess, Guess("b", 0.8, 0.7)]) == pytest.approx(0.175)
