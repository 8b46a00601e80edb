"""What logging, snapshots, checkpoints and one watching browser cost a run.

    .venv/bin/python -m tests.benchmarks.overhead [--rounds 3] [--epochs 20] [--turns 10]

Two comparisons, because a machine's speed drifts by more than what is measured here:

logging     In alternation and each in a process of its own: the bare training steps and validation passes of the
            worker's own functions, and the whole run through the engine, with its log, checkpoints and snapshots.
            Both times are the training process's own seconds for the same epochs, tracing left out.
watching    Within one long run a browser looks at it for ten seconds, looks at an empty page for ten seconds, and so
            on. Compared are the seconds of the epochs that lie wholly in a turn, without the opening of the page.
            Where the machine's own noise is larger than the difference, the processor time that browser and
            server take is the better measure: it is printed as a number of cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from imgcls.recipe import Recipe, with_settings
from imgcls.runs import read_curve
from tests.browser.conftest import FLAGS, chromium, start_server

BARE = """
import json, sys, time
import numpy as np
from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.recipe import recipe_from
from imgcls.training.data import Batches, run_data
from imgcls.training.loop import make_optimizer
from imgcls.training.step import Steps
import os
os.nice(5)
recipe = recipe_from(json.loads(sys.argv[1]))
data = run_data(recipe)
model = build_model(recipe.architecture, data.train.image_shape, 10, recipe.seed)
steps = Steps(model, make_optimizer("adam"), ARCHITECTURES.get("seed-cnn").preprocessing)
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
    environment = {**os.environ, "IMGCLS_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def logged_seconds(recipe: Recipe, home: Path) -> float:
    """Seconds between the ends of the first and the last epoch of a run that nobody watches."""
    command = [sys.executable, "-m", "imgcls", "train", "--json"]
    settings = ["--epochs", str(recipe.training.epochs), "--seed", str(recipe.seed)]
    environment = {**os.environ, "IMGCLS_HOME": str(home)}
    out = subprocess.run([*command, *settings], env=environment, check=True, capture_output=True, text=True).stdout
    epochs = read_curve(home / "runs" / json.loads(out)["run"]).epochs
    return float(epochs[-1]["t"] - epochs[0]["t"])


TURN, OPENING = 10.0, 3.0  # seconds; the second is left out of every turn


@dataclass
class Turn:
    """What happened while a browser looked, or did not."""

    epochs: list[float]  #: seconds of each
    watching: float  #: processor seconds of browser and server per second


def watched_and_not(browser: Any, home: Path, turns: int) -> tuple[list[Turn], list[Turn]]:
    """Turns of one run while a browser watches it, and while it shows an empty page."""
    os.environ["IMGCLS_EPOCHS"] = "500"
    recipe = with_settings(Recipe(), ["training.epochs=500"])
    server = start_server(home, home / "server.log")
    try:
        page = browser.new_page()
        page.goto(f"{server.url}/train?recipe={recipe.to_code()}")
        page.get_by_role("button", name="Start training").wait_for()
        page.wait_for_timeout(15_000)  # the spare is ready, the estimate is measured
        page.get_by_role("button", name="Start training").click()
        page.get_by_role("button", name="Pause").wait_for()
        page.locator("canvas[data-points]:not([data-points='0'])").first.wait_for(timeout=60_000)
        link, spans = page.url, []
        for turn in range(turns):
            page.goto("about:blank" if turn % 2 else link)
            page.wait_for_timeout(1000 * OPENING)
            began, used = time.time(), _processor_seconds()
            page.wait_for_timeout(1000 * (TURN - OPENING))
            spans.append((began, time.time(), (_processor_seconds() - used) / (time.time() - began)))
        page.goto(link)
        page.get_by_role("button", name="Stop and keep").click()
        page.get_by_text("stopped early").first.wait_for(timeout=60_000)
        page.close()
        epochs = read_curve(next((home / "runs").iterdir())).epochs
    finally:
        server.stop()
    found = [Turn(_within(epochs, began, end), share) for began, end, share in spans]
    return found[::2], found[1::2]


def _within(epochs: list[dict[str, Any]], began: float, end: float) -> list[float]:
    pairs = [(one["t"], other["t"]) for one, other in pairwise(epochs)]
    return [other - one for one, other in pairs if began <= one and other <= end]


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


def _all(turns: list[Turn]) -> list[float]:
    return [seconds for turn in turns for seconds in turn.epochs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--turns", type=int, default=10)
    asked = parser.parse_args()
    recipe = with_settings(Recipe(), [f"training.epochs={asked.epochs}"])
    bare, logged = [], []
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        for _ in range(asked.rounds):
            bare.append(bare_seconds(recipe, Path(place)))
            logged.append(logged_seconds(recipe, Path(place)))
            print(f"bare {bare[-1]:.2f} s  logged {logged[-1]:.2f} s  ratio {logged[-1] / bare[-1]:.3f}", flush=True)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        home = Path(place) / "watched"
        home.mkdir()
        watched, alone = watched_and_not(browser, home, asked.turns)
        browser.close()
    for name, group in (("watched", watched), ("alone", alone)):
        medians = [f"{statistics.median(turn.epochs):.3f}" for turn in group]
        print(f"{name}: seconds an epoch, median of each turn: {' '.join(medians)}")
    report = {
        "logged_to_bare": statistics.median(one / other for one, other in zip(logged, bare, strict=True)),
        "watched_to_alone": statistics.median(_all(watched)) / statistics.median(_all(alone)),
        "mean_watched_to_alone": statistics.mean(_all(watched)) / statistics.mean(_all(alone)),
        "cores_for_watching": statistics.mean(one.watching for one in watched),
        "cores_otherwise": statistics.mean(one.watching for one in alone),
        "cores": os.cpu_count(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
