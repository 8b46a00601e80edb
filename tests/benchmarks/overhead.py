"""What logging, snapshots, checkpoints and one watching browser cost a run.

    .venv/bin/python -m tests.benchmarks.overhead [--rounds 3] [--epochs 20] [--pairs 30]

Two comparisons, because a machine's speed drifts by more than what is measured here:

logging     In alternation and each in a process of its own: the bare training steps and validation passes of the
            worker's own functions, and the whole run through the engine, with its log, checkpoints and snapshots.
            Both times are the training process's own seconds for the same epochs, tracing left out.
watching    Within one long run the browser that watches it is frozen (SIGSTOP) and let go on in turns of a few
            seconds; a page asks the server, never the other way round, so a frozen browser leaves the server idle
            too. Compared are neighbouring turns, in pairs whose order changes, because the machine drifts: the
            seconds of the epochs that lie wholly in each. The processor time that browser and server take is
            printed too, as a number of cores: it does not depend on the machine's other tenants. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from imgcls.engines.process import worker_environment
from imgcls.recipe import Recipe, with_settings
from imgcls.runs import read_curve
from tests.browser.conftest import FLAGS, chromium, start_server

BARE = """
import json, sys, time
import numpy as np
from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.recipe import recipe_from
from imgcls.training.data import Batches, run_data
from imgcls.training.half import HALF
from imgcls.training.optimizer import make_optimizer
from imgcls.training.precision import chosen_precision
from imgcls.training.step import Steps
import os
os.nice(5)
recipe = recipe_from(json.loads(sys.argv[1]))
data = run_data(recipe)
model = build_model(recipe.architecture, data.train.image_shape, 10, recipe.seed)
steps = Steps(model, make_optimizer("adam"), ARCHITECTURES.get("seed-cnn").preprocessing)
steps.half = chosen_precision(recipe) == HALF  # as the run beside it has it
batches = Batches(data.train, recipe.training.batch_size, recipe.seed)
def epoch(number):
    left, iterator = batches.per_epoch, batches.epoch(number)
    while left:
        count = min(64, left)
        steps.train(iterator, np.full(count, 0.001))
        left -= count
    steps.predict(data.validation.images)
epoch(0)
began = time.perf_counter()
for number in range(1, recipe.training.epochs):
    epoch(number)
print(time.perf_counter() - began)
"""


def bare_seconds(recipe: Recipe, home: Path) -> float:
    command = [sys.executable, "-c", BARE, recipe.model_dump_json()]
    environment = {**worker_environment(), "IMGCLS_HOME": str(home)}
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def logged_seconds(recipe: Recipe, home: Path) -> float:
    """Seconds between the ends of the first and the last epoch of a run that nobody watches."""
    command = [sys.executable, "-m", "imgcls", "train", "--json"]
    settings = ["--epochs", str(recipe.training.epochs), "--seed", str(recipe.seed)]
    environment = {**os.environ, "IMGCLS_HOME": str(home)}
    out = subprocess.run([*command, *settings], env=environment, check=True, capture_output=True, text=True).stdout
    epochs = read_curve(home / "runs" / json.loads(out)["run"]).epochs
    return float(epochs[-1]["t"] - epochs[0]["t"])


TURN, SETTLING = 6.0, 0.5  #: seconds; the second is left out at the beginning of every turn


@dataclass
class Turn:
    """What happened while a browser looked, or did not."""

    epoch: float  #: mean seconds
    watching: float  #: processor seconds of browser and server per second


def watched_and_not(browser: Any, home: Path, pairs: int) -> list[tuple[Turn, Turn]]:
    """Pairs of neighbouring turns of one run: while a browser watches it, and while that browser is frozen."""
    os.environ["IMGCLS_EPOCHS"] = "1000"
    recipe = with_settings(Recipe(), ["training.epochs=1000"])
    server = start_server(home, home / "server.log")
    spans: list[tuple[bool, float, float, float]] = []
    try:
        page = browser.new_page()
        page.goto(f"{server.url}/train?recipe={recipe.to_code()}")
        page.get_by_role("button", name="Start training").wait_for()
        page.wait_for_timeout(15_000)  # the spare is ready, the estimate is measured
        page.get_by_role("button", name="Start training").click()
        page.locator("canvas[data-points]:not([data-points='0'])").first.wait_for(timeout=60_000)
        page.wait_for_timeout(5_000)
        for pair in range(pairs):
            for looks in (True, False) if pair % 2 else (False, True):
                spans.append((looks, *_turn(looks)))
        _browsers(signal.SIGCONT)
        page.get_by_role("button", name="Stop and keep").click()
        page.get_by_text("stopped early").first.wait_for(timeout=60_000)
        page.close()
        epochs = read_curve(next((home / "runs").iterdir())).epochs
    finally:
        _browsers(signal.SIGCONT)
        server.stop()
    turns = [(looks, Turn(_mean_epoch(epochs, began, end), share)) for looks, began, end, share in spans]
    return [_watched_first(turns[at : at + 2]) for at in range(0, len(turns), 2)]


def _turn(looks: bool) -> tuple[float, float, float]:
    """Its begin and end, in seconds since 1970, and processor seconds for watching per second."""
    _browsers(signal.SIGCONT if looks else signal.SIGSTOP)
    time.sleep(SETTLING)
    began, used = time.time(), _processor_seconds()
    time.sleep(TURN - SETTLING)
    end = time.time()
    return began, end, (_processor_seconds() - used) / (end - began)


def _watched_first(pair: list[tuple[bool, Turn]]) -> tuple[Turn, Turn]:
    (first, one), (_, other) = pair
    return (one, other) if first else (other, one)


def _mean_epoch(epochs: list[dict[str, Any]], began: float, end: float) -> float:
    """Mean seconds of the epochs between two times: the last and first end of an epoch between them."""
    ends = [one["t"] for one in epochs if began <= one["t"] <= end]
    return float((ends[-1] - ends[0]) / (len(ends) - 1))


def _browsers(what: signal.Signals) -> None:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"chrom" in (folder / "cmdline").read_bytes().partition(b"\0")[0]:
                os.kill(int(folder.name), what)


def _processor_seconds() -> float:
    """Of all processes of the browser and of the Streamlit server; read from /proc, hence 0 elsewhere than on Linux."""
    used = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            if b"chrom" in command or (b"streamlit" in command and b"app.py" in command):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=30)
    asked = parser.parse_args()
    recipe = with_settings(Recipe(), [f"training.epochs={asked.epochs}"])
    bare, logged = [], []
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        for _ in range(asked.rounds):
            bare.append(bare_seconds(recipe, Path(place)))
            logged.append(logged_seconds(recipe, Path(place)))
            print(f"bare {bare[-1]:.2f} s  logged {logged[-1]:.2f} s  ratio {logged[-1] / bare[-1]:.3f}", flush=True)
        report: dict[str, Any] = {
            "logged_to_bare": statistics.median(one / other for one, other in zip(logged, bare, strict=True))
        }
        print(json.dumps(report), flush=True)  # the longer part follows, and may be stopped
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        home = Path(place) / "watched"
        home.mkdir()
        turns = watched_and_not(browser, home, asked.pairs)
        browser.close()
    ratios = [watched.epoch / alone.epoch for watched, alone in turns]
    print("watched to alone, pair by pair:", *(f"{ratio:.3f}" for ratio in ratios))
    report |= {
        "watched_to_alone": statistics.mean(ratios),
        "watched_to_alone_standard_error": statistics.stdev(ratios) / len(ratios) ** 0.5,
        "watched_to_alone_median": statistics.median(ratios),
        "epoch_alone_s": statistics.mean(alone.epoch for _, alone in turns),
        "cores_for_watching": statistics.mean(watched.watching for watched, _ in turns),
        "cores_otherwise": statistics.mean(alone.watching for _, alone in turns),
        "cores": os.cpu_count(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
