"""The rows of the speed table: which benchmark measures each, what it says of it, and what is aimed at."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.training_speed import ROWS


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


def last_report(printed: str) -> dict[str, Any]:
    """The last line that is a JSON object: what a benchmark knew before it was stopped.

    Raises:
        ValueError: there is none.
    """
    for line in reversed(printed.splitlines()):
        if line.startswith("{"):
            try:
                found: dict[str, Any] = json.loads(line)
            except json.JSONDecodeError:
                continue  # it was stopped while it wrote
            return found
    raise ValueError("it had printed nothing yet")


#: Standard error of the difference of two accuracies of 97 % on 1,000 images, each the mean of two seeds.
ACCURACY_NOISE = 0.005


def _speed(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, one in report.items():
        speeds, accuracy = one["images per second"], one["accuracy"]
        figure = (
            f"{_spread(one)}, {speeds['ours']:,} against {speeds['Keras']:,} images/s; accuracy "
            f"{accuracy['ours']:.3f} against {accuracy['Keras']:.3f}; {one['share of the peak']:.0%} of the peak of "
            f"matrix products in {one['precision']}"
        )
        rows.append(Row(f"train {name}", "Keras's defaults", figure, one["ratio"], one["asked"], True))
        more = accuracy["ours"] - accuracy["Keras"]
        told = f"{100 * more:+.1f} points"
        rows.append(Row(f"{name}: test accuracy", "Keras's defaults", told, more, -ACCURACY_NOISE, True))
        if "PyTorch" in one:
            torch = one["PyTorch"]
            told = f"{_spread(torch)}, its best is {torch['setting']}"
            rows.append(Row(f"train {name}", "PyTorch's best", told, torch["ratio"], 1.0, True))
        elif "torch" in ROWS[name]:
            remark = "PyTorch is not installed: tests/benchmarks/requirements.txt"
            rows.append(Row(f"train {name}", "PyTorch's best", "", 0.0, 1.0, True, remark))
    return rows


def _spread(one: dict[str, Any]) -> str:
    low, high = one["spread"]
    return f"{one['ratio']:.2f} × ({low:.2f} to {high:.2f})"


def _to_accuracy(report: dict[str, Any]) -> list[Row]:
    accuracy = min(report["ours"]["accuracy"])
    figure = f"{_spread(report)}, {report['median']:.1f} s, test accuracy at least {accuracy:.3f}"
    what = "from the click to 96 % test accuracy on mnist-5k"
    ratio = report["ratio"] if report["reached"] else math.inf
    return [Row(what, "the listing, from `python` to its result", figure, ratio, 0.35, False)]


def _crowd(report: dict[str, Any]) -> list[Row]:
    count, cores, p95 = report["crowded"]["visitors"], report["cores_for_one_who_watches"], report["p95_s"]
    slowed = report["slowed"]
    return [
        Row("server's processor time for each who watches a run", "one core", f"{cores:.2%}", cores, 0.01, False),
        Row(f"{count} people click while a run trains: 95th percentile", "–", f"{p95:.2f} s", p95, 1.0, False),
        Row("the run meanwhile", "with nobody there", f"{slowed:.2f} × the time", slowed, 1.1, False),
    ]


def _scaling(report: dict[str, Any]) -> list[Row]:
    growth: dict[str, float] = {}
    if runs := report.get("runs"):
        growth["listing 10 to 10,000 runs"] = max(runs["exponent of time"], runs["exponent of memory"])
        growth["looking for waiting runs among them"] = runs["exponent of looking"]
    if images := report.get("images"):
        growth["dividing 10³ to 10⁶ images"] = max(images["exponent of time"], images["exponent of memory"])
    if training := report.get("training"):
        growth["a step, with the batch"] = training["exponent of batch"]
        growth["a step, with the depth"] = training["exponent of depth"]
    return [
        Row(f"growth of {what}", "linear: 1", f"power {power:.2f}", power, 1.1, False) for what, power in growth.items()
    ]


def _first_point(report: dict[str, Any]) -> list[Row]:
    warm = report["median"]["warm"]
    seconds = Row("click on Train → first point", "–", f"{warm:.2f} s", warm, 1.5, False)
    ratio, took = report["warm_to_cold"], report["seconds"]
    ratios = sorted(one / other for one, other in zip(took["warm"], took["cold"], strict=True))
    figure = f"{ratio:.2f} × ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    return [seconds, Row("the same", "a cold start", figure, ratio, 0.3, False)]


def _first_page(report: dict[str, Any]) -> list[Row]:
    figure = f"{_spread(report)}, {report['median']['app']:.1f} s"
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
    logged = report["logged_to_bare"]
    rows = [Row("logging, checkpoints, snapshots", "bare steps", f"{logged:.3f} ×", logged, 1.03, False)]
    if "watched_to_alone" in report:  # it comes later, and may have been stopped before
        watched, error = report["watched_to_alone"], report["watched_to_alone_standard_error"]
        figure = f"{watched:.3f} ± {error:.3f} ×"
        rows.append(Row("a browser that watches", "nobody watching", figure, watched, 1.03, False))
    return rows


def _grad_cam(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, one in report.items():
        if "tf-keras-vis / worker" not in one:
            continue
        what, ratio = f"Grad-CAM, {name}", one["tf-keras-vis / worker"]
        rows.append(Row(what, "tf-keras-vis", f"{ratio:.1f} × faster", ratio, 10.0, True))
        ratio = one["worker / bare"]
        rows.append(Row(what, "the bare traced function", f"{ratio:.2f} ×", ratio, 2.0, False))
        if "pytorch-grad-cam / bare" in one:
            for path, place in (("through the worker", "worker"), ("the bare function", "bare")):
                ratio = one[f"pytorch-grad-cam / {place}"]
                rows.append(Row(f"{what}, {path}", "pytorch-grad-cam", f"{ratio:.2f} × faster", ratio, 1.0, True))
    if "memory of the worker, MB" not in report:  # the longest part, which may have been stopped
        return rows
    grown = report["memory of the worker, MB"]["grown"]
    what = "500 predictions and 200 explanations: memory grows by"
    return [*rows, Row(what, "–", f"{grown:.0f} MB", grown, 100.0, False)]


def _transfer(report: dict[str, Any]) -> list[Row]:
    ratio = report["times_faster"]
    what = "a head on a frozen body, 30 epochs, 1,000 photographs"
    return [Row(what, "the body in every epoch (of which some are timed)", f"{ratio:.1f} × faster", ratio, 20.0, True)]


def _race(report: dict[str, Any]) -> list[Row]:
    share = float(report["share"])
    return [Row("a race of six runs: lost between them", "the whole", f"{share:.1%}", share, 0.03, False)]


def _runs(report: dict[str, Any]) -> list[Row]:
    first, again, overlay = (report["1000"][name] for name in ("first", "list", "overlay"))
    power = max(report["exponents"].values())
    return [
        Row("Compare lists 1,000 runs, the first time", "–", f"{first:.2f} s", first, 1.0, False),
        Row("Compare lists 1,000 runs", "–", f"{again:.2f} s", again, 1.0, False),
        Row("Compare lays 20 curves over one another", "–", f"{overlay:.2f} s", overlay, 0.5, False),
        Row("growth of the page Compare, 10 to 10,000 runs", "linear: 1", f"power {power:.2f}", power, 1.1, False),
    ]


def _estimates(report: dict[str, Any]) -> list[Row]:
    ratios = {name: float(one["ratio"]) for name, one in report.items()}
    low, high = min(ratios, key=lambda name: ratios[name]), max(ratios, key=lambda name: ratios[name])
    figure = f"{ratios[low]:.2f} × ({low}) to {ratios[high]:.2f} × ({high})"
    off = max(abs(ratio - 1) for ratio in ratios.values())
    return [Row(f"time told before Start, {len(ratios)} kinds of training", "the time taken", figure, off, 0.25, False)]


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


def _import(report: dict[str, Any]) -> list[Row]:
    took, what = report["steps"]["import"], f"importing {report['files']:,} photographs of {report['kilobytes']} KB"
    seconds, megabytes = took["seconds"], took["megabytes"]
    processor = f"{seconds:.0f} s (of a processor: {took['processor seconds']:.0f} s)"
    return [
        Row(what, "–", processor, seconds, 60.0, False),
        Row("the same: memory", "–", f"{megabytes:,} MB", megabytes, 1000.0, False),
    ]


def _paging(report: dict[str, Any]) -> list[Row]:
    what, server = "5,000 thumbnails, turned a page: until the last is painted", report["mnist-5k, server"]["turn"]
    painted = report["mnist-5k, browser"]["turn"]
    if painted is None:
        return [Row(what, "–", "", math.nan, 0.5, False, "no Chromium was found")]
    return [Row(what, "–", f"{painted:.2f} s (of the server: {server:.2f} s)", painted, 0.5, False)]


def _inside(report: dict[str, Any]) -> list[Row]:
    rows = []
    for name, controls in report["seconds"].items():
        slowest = max(controls, key=controls.__getitem__)
        figure = f"{controls[slowest]:.2f} s ({slowest})"
        rows.append(Row(f"Inside answers, {name}: the slowest control", "–", figure, controls[slowest], 0.3, False))
    return rows


#: Those that compare with others come first, then what is quick; the longest come last, for a table of more minutes.
BENCHMARKS = (
    Benchmark("training_speed", ("--rounds", "2"), _speed, 540),
    Benchmark("to_accuracy", ("--rounds", "2"), _to_accuracy, 180),
    Benchmark("first_point", ("--rounds", "2"), _first_point, 120),
    Benchmark("first_page", ("--rounds", "3"), _first_page, 90),
    Benchmark("overhead", ("--rounds", "2", "--epochs", "10", "--pairs", "4"), _overhead, 200),
    Benchmark("grad_cam", (), _grad_cam, 240),
    Benchmark("networks", ("transfer", "--body-epochs", "2"), _transfer, 180),
    Benchmark("augmented_epoch", ("--rounds", "5"), _augmented, 120),
    Benchmark("crowd", ("--seconds", "15"), _crowd, 180),
    Benchmark("scaling", (), _scaling, 180),
    Benchmark("evaluate_page", ("--images", "10000"), _answers, 90),
    Benchmark("compare_page", ("--runs", "10", "100", "1000", "10000"), _runs, 180),
    Benchmark("data_page", ("--images", "5000", "--turns", "10"), _paging, 90),
    Benchmark("race_queue", (), _race, 180),
    Benchmark("dataset_import", ("--steps", "import"), _import, 180),
    Benchmark("inside_page", ("--rounds", "5"), _inside, 180),
    Benchmark("lessons", (), _lessons, 600),
    Benchmark("estimates", (), _estimates, 600),
)


#: What is aimed at and has no benchmark yet: (what, against, aim, at least?).
OPEN: tuple[tuple[str, str, float, bool], ...] = ()


def without_benchmark() -> list[Row]:
    """The lines that nobody can fill yet."""
    return [Row(what, against, "", math.nan, aim, least, "no benchmark yet") for what, against, aim, least in OPEN]


def read_rows(benchmark: Benchmark, printed: str, stopped_after: float | None) -> list[Row]:
    """Its rows, and one more that says so where it was stopped after these seconds or its report is no use."""
    try:
        rows = benchmark.read(report_of(printed) if stopped_after is None else last_report(printed))
        reason = ""
    except (ValueError, KeyError) as error:
        rows, reason = [], f"its report was not understood: {error}"
    if stopped_after is not None:
        reason = f"stopped after {stopped_after:.0f} s, before it was done"
    return [*rows, failed(benchmark, reason)] if reason else rows


def failed(benchmark: Benchmark, reason: str) -> Row:
    """The line of a benchmark that said nothing."""
    return Row(benchmark.name, "–", "", math.nan, math.nan, True, reason)
