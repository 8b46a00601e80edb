"""What logging, snapshots, checkpoints and one watching browser cost a run.

    .venv/bin/python -m tests.benchmarks.overhead [--rounds 3] [--epochs 20]

In alternation, in one run and each in a process of its own: the bare training steps and validation passes of
the worker's own functions, and the whole run through the engine with a browser that watches it. Both
times are the training process's own seconds for the same epochs, tracing left out.
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
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from imgcls.recipe import Recipe, with_settings
from imgcls.runs import list_runs, read_curve
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


def watched_seconds(browser: Any, recipe: Recipe, home: Path) -> float:
    """Seconds between the ends of the first and the last epoch of a run that a browser watches."""
    server = start_server(home, home / "server.log")
    try:
        page = browser.new_page()
        page.goto(f"{server.url}/train?recipe={recipe.to_code()}")
        page.get_by_role("button", name="Start training").wait_for()
        page.wait_for_timeout(15_000)  # the spare is ready, the estimate is measured
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("completed").wait_for(timeout=600_000)
        page.close()
        os.environ["IMGCLS_HOME"] = str(home)
        epochs = read_curve(home / "runs" / list_runs()[0].id).epochs
        return float(epochs[-1]["t"] - epochs[0]["t"])
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    asked = parser.parse_args()
    recipe = with_settings(Recipe(), [f"training.epochs={asked.epochs}"])
    bare, watched = [], []
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for number in range(asked.rounds):
            home = Path(place) / str(number)
            home.mkdir()
            bare.append(bare_seconds(recipe, home))
            watched.append(watched_seconds(browser, recipe, home))
            print(f"bare {bare[-1]:.2f} s  watched {watched[-1]:.2f} s  ratio {watched[-1] / bare[-1]:.3f}", flush=True)
            time.sleep(1)
        browser.close()
    ratios = [one / other for one, other in zip(watched, bare, strict=True)]
    print(json.dumps({"bare": bare, "watched": watched, "ratios": ratios, "median": statistics.median(ratios)}))


if __name__ == "__main__":
    main()
