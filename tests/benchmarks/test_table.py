"""The speed table: what a benchmark prints is read, and a line says whether its aim was reached."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.table import BENCHMARKS, Row, failed, report_of, without_benchmark

REPORTS = {
    "training_speed": {
        "seed-cnn": {
            "images per second": {"ours": 5000, "Keras": 2000},
            "ratio": 2.5,
            "spread": [2.4, 2.6],
            "asked": 2.0,
        }
    },
    "first_point": {"median": {"warm": 1.4, "cold": 8.0}, "warm_to_cold": 0.18},
    "first_page": {"median": {"app": 3.0, "hello": 2.0}, "ratio": 1.6, "spread": [1.4, 1.7]},
    "overhead": {"logged_to_bare": 1.0, "watched_to_alone": 1.01, "watched_to_alone_standard_error": 0.02},
    "grad_cam": {"seed-cnn": {"tf-keras-vis / worker": 4.5}, "memory": {"grown": 3.0}},
    "augmented_epoch": {"kinds": {"plain": {"epoch_s": 1}, "affine": {"ratio": 1.1, "middle_half": [1.0, 1.2]}}},
    "race_queue": {"share": 0.015},
    "compare_page": {"list": 0.18},
    "evaluate_page": {"open": 0.04},
    "lessons": {
        "controls": 3,
        "median": 0.1,
        "medians": {"pooling": 0.1, "rare": 0.2},
        "slower than 0.3": {},
        "first points": {"rare": 1.2, "augmentation": 1.4},
    },
    "networks": {"times_faster": 21.6},
}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_every_report_becomes_lines(benchmark) -> None:
    rows = benchmark.read(REPORTS[benchmark.name])
    assert rows
    for row in rows:
        assert row.line().count("|") == 6


def test_all_of_them_end_within_the_time_that_is_promised() -> None:
    usual = 20 * 60
    assert sum(one.limit for one in BENCHMARKS) < 3 * usual
    assert {one.name for one in BENCHMARKS} == set(REPORTS)


@pytest.mark.parametrize(
    ("ratio", "at_least", "word"), [(2.0, True, "reached"), (1.9, True, "missed"), (2.1, False, "missed")]
)
def test_a_line_says_whether_its_aim_was_reached(ratio, at_least, word) -> None:
    line = Row("this", "that", f"{ratio} ×", ratio, 2.0, at_least).line()
    assert word in line
    assert f"{'≥' if at_least else '≤'} 2" in line


def test_what_nobody_measures_yet_is_in_the_table() -> None:
    rows = without_benchmark()
    assert rows
    assert all("no benchmark yet" in row.line() and not row.reached for row in rows)


def test_what_was_not_measured_says_why() -> None:
    row = failed(BENCHMARKS[0], "no browser")
    assert "no browser" in row.line()
    assert "not measured" in row.line()
    assert not row.reached


@pytest.mark.parametrize(
    "printed",
    ['first: 1\n{"a": 1}', 'first: {"b": 2}\n{"a": 1}', '{\n "a": 1\n}', 'transfer {"a": 1}', 'list: {"a": 1}\n'],
)
def test_the_last_object_is_the_report(printed: str) -> None:
    assert report_of(printed) == {"a": 1}


def test_without_an_object_it_is_said() -> None:
    with pytest.raises(ValueError, match="expected JSON"):
        report_of("nothing\n" + json.dumps([1, 2]))
