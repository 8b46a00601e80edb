"""The speed table: what a benchmark prints is read, and a line says whether its aim was reached."""

from __future__ import annotations

import json
import time

import pytest

from tests.benchmarks import __main__ as table
from tests.benchmarks.table import (
    BENCHMARKS,
    Benchmark,
    Row,
    failed,
    last_report,
    read_rows,
    report_of,
    without_benchmark,
)

REPORTS = {
    "training_speed": {
        "seed-cnn, batch 32": {
            "images per second": {"ours": 5000, "Keras": 2000},
            "accuracy": {"ours": 0.97, "Keras": 0.96},
            "ratio": 2.5,
            "spread": [2.4, 2.6],
            "asked": 2.0,
            "precision": "float32",
            "share of the peak": 0.2,
        },
        "resnet-20 at 32×32, batch 128": {
            "images per second": {"ours": 1200, "Keras": 300, "PyTorch, bfloat16": 1100},
            "accuracy": {"ours": 0.97, "Keras": 0.96, "PyTorch, bfloat16": 0.96},
            "ratio": 4.0,
            "spread": [3.9, 4.1],
            "asked": 3.5,
            "precision": "mixed_bfloat16",
            "share of the peak": 0.17,
            "PyTorch": {"setting": "bfloat16", "ratio": 1.1, "spread": [1.0, 1.2]},
        },
    },
    "to_accuracy": {
        "ours": {"seconds": [4.0], "accuracy": [0.97]},
        "listing": {"seconds": [16.0], "accuracy": [0.96]},
        "median": 4.0,
        "ratio": 0.25,
        "spread": [0.2, 0.3],
        "reached": True,
    },
    "crowd": {"crowded": {"visitors": 30}, "cores_for_one_who_watches": 0.004, "p95_s": 0.6, "slowed": 1.05},
    "scaling": {
        "training": {"exponent of batch": 0.9, "exponent of depth": 1.0},
        "runs": {"exponent of time": 1.0, "exponent of memory": 0.5, "exponent of looking": 0.0},
        "images": {"exponent of time": 0.6, "exponent of memory": 0.1},
    },
    "first_point": {
        "seconds": {"warm": [1.4, 1.5], "cold": [8.0, 7.5]},
        "median": {"warm": 1.4, "cold": 8.0},
        "warm_to_cold": 0.18,
    },
    "first_page": {"median": {"app": 3.0, "hello": 2.0}, "ratio": 1.6, "spread": [1.4, 1.7]},
    "overhead": {"logged_to_bare": 1.0, "watched_to_alone": 1.01, "watched_to_alone_standard_error": 0.02},
    "grad_cam": {
        "seed-cnn": {
            "tf-keras-vis / worker": 4.5,
            "worker / bare": 1.9,
            "pytorch-grad-cam / bare": 1.2,
            "pytorch-grad-cam / worker": 0.6,
        },
        "memory of the worker, MB": {"grown": 3.0},
    },
    "augmented_epoch": {"kinds": {"plain": {"epoch_s": 1}, "affine": {"ratio": 1.1, "middle_half": [1.0, 1.2]}}},
    "race_queue": {"share": 0.015},
    "compare_page": {
        "1000": {"first": 0.5, "list": 0.18, "overlay": 0.3},
        "exponents": {"first": 0.9, "list": 0.5, "overlay": 0.1},
    },
    "estimates": {"linear": {"told": 0.6, "taken": 0.5, "ratio": 1.2}, "mlp": {"told": 4, "taken": 5, "ratio": 0.8}},
    "evaluate_page": {"open": 0.04},
    "data_page": {"mnist-5k, server": {"turn": 0.12}, "mnist-5k, browser": {"turn": 0.3}},
    "dataset_import": {
        "files": 5000,
        "kilobytes": 98,
        "steps": {"import": {"seconds": 40.0, "processor seconds": 70.0, "megabytes": 207}},
    },
    "inside_page": {"seconds": {"seed-cnn": {"another map": 0.12, "another layer": 0.21}}, "slowest": 0.21},
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


def test_all_of_them_are_read_here() -> None:
    assert {one.name for one in BENCHMARKS} == set(REPORTS)


def test_thumbnails_without_a_browser_are_not_measured() -> None:
    (paging,) = [one for one in BENCHMARKS if one.name == "data_page"]
    (row,) = paging.read({"mnist-5k, server": {"turn": 0.1}, "mnist-5k, browser": {"turn": None}})
    assert "not measured" in row.line()
    assert not row.reached


@pytest.mark.parametrize(
    ("ratio", "at_least", "word"), [(2.0, True, "reached"), (1.9, True, "missed"), (2.1, False, "missed")]
)
def test_a_line_says_whether_its_aim_was_reached(ratio, at_least, word) -> None:
    line = Row("this", "that", f"{ratio} ×", ratio, 2.0, at_least).line()
    assert word in line
    assert f"{'≥' if at_least else '≤'} 2" in line


def test_estimates_are_judged_by_the_one_that_is_furthest_off() -> None:
    (row,) = next(one for one in BENCHMARKS if one.name == "estimates").read(REPORTS["estimates"])
    assert row.figure == "0.80 × (mlp) to 1.20 × (linear)"
    assert row.ratio == pytest.approx(0.2)
    assert row.reached


def test_the_page_compare_has_four_lines() -> None:
    rows = next(one for one in BENCHMARKS if one.name == "compare_page").read(REPORTS["compare_page"])
    assert [(row.ratio, row.aim) for row in rows] == [(0.5, 1.0), (0.18, 1.0), (0.3, 0.5), (0.9, 1.1)]


def test_what_nobody_measures_yet_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.table.OPEN", (("what is aimed at", "–", 1.0, True),))
    rows = without_benchmark()
    assert len(rows) == 1
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


TOLD = {"median": {"app": 3.0, "hello": 2.0}, "ratio": 1.6, "spread": [1.4, 1.7]}


class TestStopped:
    """A benchmark whose time was over gives the rows that it had."""

    @pytest.fixture
    def one(self) -> Benchmark:
        return next(one for one in BENCHMARKS if one.name == "first_page")

    def test_rows_so_far_and_a_line_that_says_it_was_stopped(self, one) -> None:
        lines = [json.dumps({**TOLD, "ratio": 1.9}), json.dumps(TOLD), "app: 3.1 s", '{"median": {"ap']
        row, more = read_rows(one, "\n".join(lines), 90.0)
        assert row.ratio == 1.6
        assert "stopped after 90 s" in more.line()
        assert not more.reached

    def test_nothing_so_far(self, one) -> None:
        (only,) = read_rows(one, "app: 3.1 s\n", 90.0)
        assert "stopped after 90 s" in only.line()

    def test_one_that_was_done_has_no_such_line(self, one) -> None:
        assert len(read_rows(one, "app: 3.1 s\n" + json.dumps(TOLD), None)) == 1

    def test_a_report_that_is_no_use_says_so(self, one) -> None:
        (only,) = read_rows(one, '{"other": 1}', None)
        assert "not understood" in only.line()

    def test_a_name_before_the_object_is_no_report_of_all(self) -> None:
        with pytest.raises(ValueError, match="nothing yet"):
            last_report('seed-cnn: {"ratio": 2.0}')

    def test_when_the_minutes_are_over_the_rest_is_not_begun(self, monkeypatch, capsys) -> None:
        monkeypatch.setattr("sys.argv", ["benchmarks", "--minutes", "0"])
        monkeypatch.setattr(table, "machine", lambda: "a machine")
        table.main()
        assert capsys.readouterr().out.count("no time was left") == len(BENCHMARKS)

    def test_what_does_not_end_is_stopped_with_all_that_it_started(self, monkeypatch, tmp_path) -> None:
        later = f"import time; time.sleep(4); open({str(tmp_path / 'late')!r}, 'w')"
        code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {later!r}]); time.sleep(60)"
        (tmp_path / "tests" / "benchmarks").mkdir(parents=True)
        for place in ("tests/__init__.py", "tests/benchmarks/__init__.py"):
            (tmp_path / place).touch()
        (tmp_path / "tests" / "benchmarks" / "endless.py").write_text(code)
        monkeypatch.setattr(table, "ROOT", tmp_path)
        endless = Benchmark("endless", (), lambda report: [], 60)
        (row,) = table.rows_of(endless, 2.0)
        assert "stopped after 2 s" in row.line()
        time.sleep(3)
        assert not (tmp_path / "late").exists()
