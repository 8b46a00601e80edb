"""The rows of the speed table: which benchmark measures each, what it says of it, and what is aimed at."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line.

    Args:
        what: is measured; against: the reference.
        figure: how it came out, in words; "" where it could not be measured.
        ratio: the number that is compared with the aim.
        aim: the number, at least (`at_least`) or at most which the ratio should be.
        remark: why there is no figure.
    """

    what: str
    against: str
    figure: str
    ratio: float
    aim: float
    at_least: bool
    remark: str = ""

    @property
    def reached(self) -> bool:
        """Whether it was measured and came out as it should."""
        return self.ratio >= self.aim if self.at_least else self.ratio <= self.aim

    def line(self) -> str:
        """As a line of a Markdown table."""
        sign = "≥" if self.at_least else "≤"
        verdict = "not measured" if self.remark else "reached" if self.reached else "missed"
        return f"| {self.what} | {self.against} | {self.remark or self.figure} | {sign} {self.aim:g} | {verdict} |"


Read = Callable[[dict[str, Any]], list[Row]]


@dataclass(frozen=True)
class Benchmark:
    """One script of this folder.

    Args:
        name: of its module; arguments: for the table's run of it.
        read: what its report says → rows.
        limit: seconds after which it is given up.
    """

    name: str
    arguments: tuple[str, ...]
    read: Read
    limit: int


def report_of(printed: str) -> dict[str, Any]:
    """The JSON object that a benchmark prints last, on one line or on several.

    Raises:
        ValueError: there is none.
    """
    lines = printed.strip().splitlines()
    for start in range(len(lines) - 1, -1, -1):
        begin = lines[start].find("{")
        if begin < 0:
            continue
        try:
            found = json.loads("\n".join([lines[start][begin:], *lines[start + 1 :]]))
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict):
            return found
    raise ValueError("expected JSON at the end of what it printed")


def _speed(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, one in report.items():
        speeds = one["images per second"]
        low, high = one["spread"]
        figure = (
            f"{one['ratio']:.2f} × ({low:.2f} to {high:.2f}), {speeds['ours']:,} against {speeds['Keras']:,} images/s"
        )
        rows.append(Row(f"train {name}", "Keras's defaults", figure, one["ratio"], one["asked"], True))
        if "PyTorch" in speeds:
            ratio = speeds["ours"] / speeds["PyTorch"]
            rows.append(Row(f"train {name}", "PyTorch's best", f"{ratio:.2f} ×", ratio, 1.0, True))
        else:
            remark = "PyTorch is not installed: tests/benchmarks/requirements.txt"
            rows.append(Row(f"train {name}", "PyTorch's best", "", 0.0, 1.0, True, remark))
    return rows


def _first_point(report: dict[str, Any]) -> list[Row]:
    warm = report["median"]["warm"]
    seconds = Row("click on Train → first point", "–", f"{warm:.2f} s", warm, 1.5, False)
    ratio = report["warm_to_cold"]
    return [seconds, Row("the same", "a cold start", f"{ratio:.2f} ×", ratio, 0.3, False)]


def _first_page(report: dict[str, Any]) -> list[Row]:
    low, high = report["spread"]
    figure = f"{report['ratio']:.2f} × ({low:.2f} to {high:.2f}), {report['median']['app']:.1f} s"
    return [Row("`streamlit run` → first page painted", "`streamlit hello`", figure, report["ratio"], 1.5, False)]


def _augmented(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, one in report["kinds"].items():
        if "ratio" in one and name != "plain":
            low, high = one["middle_half"]
            figure = f"{one['ratio']:.2f} × ({low:.2f} to {high:.2f})"
            rows.append(Row(f"an epoch with {name}", "a plain epoch", figure, one["ratio"], 1.3, False))
    return rows


def _overhead(report: dict[str, Any]) -> list[Row]:
    logged, watched = report["logged_to_bare"], report["watched_to_alone"]
    error = report["watched_to_alone_standard_error"]
    return [
        Row("logging, checkpoints, snapshots", "bare steps", f"{logged:.3f} ×", logged, 1.03, False),
        Row("a browser that watches", "nobody watching", f"{watched:.3f} ± {error:.3f} ×", watched, 1.03, False),
    ]


def _grad_cam(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, one in report.items():
        if "tf-keras-vis / worker" in one:
            ratio = one["tf-keras-vis / worker"]
            rows.append(Row(f"Grad-CAM, {name}", "tf-keras-vis", f"{ratio:.1f} × faster", ratio, 10.0, True))
    return rows


def _transfer(report: dict[str, Any]) -> list[Row]:
    ratio = report["times_faster"]
    what = "a head on a frozen body, 30 epochs, 1,000 photographs"
    return [Row(what, "the body in every epoch", f"{ratio:.1f} × faster", ratio, 20.0, True)]


def _race(report: dict[str, Any]) -> list[Row]:
    share = float(report["share"])
    return [Row("a race of six runs: lost between them", "the whole", f"{share:.1%}", share, 0.03, False)]


def _runs(report: dict[str, Any]) -> list[Row]:
    return [Row("Compare lists 1,000 runs", "–", f"{report['list']:.2f} s", report["list"], 1.0, False)]


def _lessons(report: dict[str, Any]) -> list[Row]:
    rows = []
    if report["medians"]:
        slowest = max(report["medians"], key=lambda lesson: report["medians"][lesson])
        median, slow = report["medians"][slowest], len(report["slower than 0.3"])
        figure = f"{median:.2f} s in “{slowest}”, {report['median']:.2f} s over all {report['controls']}; {slow} slower"
        rows.append(
            Row("a control of a lesson answers (median of the slowest lesson)", "–", figure, median, 0.3, False)
        )
    if report["first points"]:
        slowest = max(report["first points"], key=lambda lesson: report["first points"][lesson])
        took = report["first points"][slowest]
        rows.append(
            Row(
                "click in a lesson → first point of its race (slowest)",
                "–",
                f"{took:.2f} s in “{slowest}”",
                took,
                2.0,
                False,
            )
        )
    return rows


def _answers(report: dict[str, Any]) -> list[Row]:
    return [Row("Evaluate opens 10,000 answers", "–", f"{report['open']:.2f} s", report["open"], 1.0, False)]


BENCHMARKS = (
    Benchmark("training_speed", ("--rounds", "2"), _speed, 420),
    Benchmark("first_point", ("--rounds", "3"), _first_point, 180),
    Benchmark("first_page", ("--rounds", "3"), _first_page, 120),
    Benchmark("overhead", ("--rounds", "2", "--epochs", "10", "--pairs", "6"), _overhead, 240),
    Benchmark("grad_cam", (), _grad_cam, 180),
    Benchmark("augmented_epoch", ("--rounds", "5"), _augmented, 180),
    Benchmark("race_queue", (), _race, 240),
    Benchmark("compare_page", ("--runs", "1000"), _runs, 180),
    Benchmark("evaluate_page", ("--images", "10000"), _answers, 120),
    Benchmark("lessons", (), _lessons, 700),
    Benchmark("networks", ("transfer",), _transfer, 700),
)


#: What is aimed at and has no benchmark yet: (what, against, aim, at least?).
OPEN = (
    ("seconds from the click to 96 % on mnist-5k", "the listing, from `python` on", 0.35, False),
    ("server's processor time for each browser that watches", "one core", 0.01, False),
    ("30 browsers while a run trains: 95th percentile of an interaction, s", "–", 1.0, False),
    ("Grad-CAM of one image", "pytorch-grad-cam", 1.0, True),
)


def without_benchmark() -> list[Row]:
    """The lines that nobody can fill yet."""
    return [Row(what, against, "", math.nan, aim, least, "no benchmark yet") for what, against, aim, least in OPEN]


def failed(benchmark: Benchmark, reason: str) -> Row:
    """The line of a benchmark that said nothing."""
    return Row(benchmark.name, "–", "", math.nan, math.nan, True, reason)
