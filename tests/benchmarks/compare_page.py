"""How long the page Compare takes to list many runs, and to lay twenty of them over one another.

    python -m tests.benchmarks.compare_page [--runs 10 100 1000 10000]

The runs are copies of one that was trained, under other names and seeds. `list` is the whole script of the page under
Streamlit's own tester, the second time it is opened, as somebody who comes back sees it; `first` is the first time,
when every folder is read. `overlay` is the page with the curves of twenty runs of 30 epochs, `figures` the drawing of
its two figures alone. Medians in seconds; asked are 1 for the list of 1,000 and 0.5 for the overlay. `exponents` are
the steepest growth between neighbouring numbers of runs: 1 is linear. Prints JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.scaling import NOTHING, exponent

ROOT = Path(__file__).resolve().parents[2]
OVERLAID = 20


def median(work: Callable[[], Any], times: int = 5) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return round(statistics.median(found), 3)


def copies(folder: Path, first: int, last: int) -> list[str]:
    """Copies of a run without its weights; what the page reads of it is all there."""
    names = []
    recipe = json.loads((folder / "recipe.json").read_text())
    for number in range(first, last):
        name = f"2026{number // 28 % 12 + 1:02}{number % 28 + 1:02}-{number % 24:02}0000-{number:06x}"
        shutil.copytree(
            folder, folder.parent / name, ignore=shutil.ignore_patterns("checkpoints", "*.keras", "snapshots")
        )
        (folder.parent / name / "recipe.json").write_text(json.dumps(recipe | {"seed": number}))
        names.append(name)
    return names


def page_times(names: list[str]) -> dict[str, float]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    began = time.perf_counter()
    app.switch_page("pages/compare.py").run()
    first = round(time.perf_counter() - began, 3)
    assert not app.exception, app.exception
    again = median(app.run)
    app.query_params["trials"] = ",".join(names[:OVERLAID])
    app.run()
    assert not app.exception, app.exception
    return {"first": first, "list": again, "overlay": median(app.run)}


def figure_times(names: list[str]) -> float:
    from imgcls.figures.trials import TrialWords as Words
    from imgcls.figures.trials import trial_figure, trial_line, trial_lines
    from imgcls.runs import get_run, read_curve

    words = Words("epoch", "loss", "guessing")

    def draw() -> None:
        curves = [read_curve(get_run(name).folder) for name in names[:OVERLAID]]
        for quantity in ("loss", "accuracy"):
            drawn = [trial_line(str(place), place, curve, quantity) for place, curve in enumerate(curves)]
            trial_figure(trial_lines(drawn, quantity, 30), False, words).to_json()

    return median(draw)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["IMGCLS_HOME"] = home
        os.environ["IMGCLS_SPARE_WORKERS"] = "0"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from imgcls.cli import main as command
        from imgcls.runs import get_run, list_runs

        command(["train", "--architecture", "linear", "--epochs", "30"])
        folder = get_run(list_runs()[0].id).folder
        names: list[str] = []
        report: dict[str, dict[str, float]] = {}
        for count in sorted(asked.runs):
            names += copies(folder, len(names), count)
            report[str(count)] = page_times(names) | {"figures": figure_times(names)}
            print(f"{count:,} runs: {json.dumps(report[str(count)])}", flush=True)
        if len(report) > 1:
            report["exponents"] = growth(report)
        print(json.dumps(report))


def growth(report: dict[str, dict[str, float]]) -> dict[str, float]:
    """How the page grows, by what is timed."""
    sizes = [float(count) for count in report]
    return {
        name: exponent(sizes, [found[name] for found in report.values()], NOTHING)
        for name in ("first", "list", "overlay")
    }


if __name__ == "__main__":
    main()
