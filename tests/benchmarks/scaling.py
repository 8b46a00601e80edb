"""How the cost grows: with batch and network, with the runs that there are, and with the images that are listed.

    python -m tests.benchmarks.scaling [PART …]     PART: runs, images, training

For each series the times and memories, and the steepest growth between neighbouring points, as the exponent of a power:
1 is linear, below is better. Where a cost is too small to be told from the rest (under a hundredth of a second), growth
does not count. Prints JSON after every part, with all parts so far.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Seconds and megabytes below which growth is no growth.
NOTHING, NO_MEMORY = 0.01, 20.0
TURNS = 2
BATCHES, DEPTHS = (8, 16, 32, 64, 128, 256), (8, 20, 32, 56)
RUNS, IMAGES = (10, 100, 1000, 10_000), (1_000, 10_000, 100_000, 1_000_000)


def exponent(sizes: list[float], costs: list[float], least: float) -> float:
    """The steepest growth between neighbours: log cost over log size."""
    found = [
        math.log(max(after, least) / max(before, least)) / math.log(more / less)
        for less, more, before, after in zip(sizes[:-1], sizes[1:], costs[:-1], costs[1:], strict=True)
    ]
    return max(found)


def training() -> dict[str, Any]:
    """Seconds of a training step against batch size, and against depth: the best of a few turns."""
    deep = ["dataset.name=shapes", "training.batch_size=64"]
    by_batch = _steps([[f"training.batch_size={size}"] for size in BATCHES])
    by_depth = _steps([[*deep, f"architecture.name=resnet-{depth}"] for depth in DEPTHS])
    return {
        "images per second by batch": {size: size / step for size, step in zip(BATCHES, by_batch, strict=True)},
        "images per second by depth": {depth: 64 / step for depth, step in zip(DEPTHS, by_depth, strict=True)},
        "exponent of batch": exponent(list(map(float, BATCHES)), by_batch, 0.0),
        "exponent of depth": exponent(list(map(float, DEPTHS)), by_depth, 0.0),
    }


def _steps(settings: list[list[str]]) -> list[float]:
    from imgcls.recipe import Recipe, with_settings
    from imgcls.training.trial import measured_timing

    recipes = [with_settings(Recipe(), one) for one in settings]
    turns = [[measured_timing(recipe).step for recipe in recipes] for _ in range(TURNS)]
    return [min(steps) for steps in zip(*turns, strict=True)]


def runs() -> dict[str, Any]:
    """Seconds to list all runs and to look for waiting ones, the second time, and the memory that the list takes."""
    seconds, looks, memory = [], [], []
    for count in RUNS:
        with tempfile.TemporaryDirectory() as place:
            found = _in_a_process(_LIST, {"IMGCLS_HOME": place}, str(count))
        seconds.append(found["list"])
        looks.append(found["look"])
        memory.append(found["megabytes"])
    sizes = list(map(float, RUNS))
    return {
        "seconds to list": dict(zip(RUNS, seconds, strict=True)),
        "seconds to look for waiting ones": dict(zip(RUNS, looks, strict=True)),
        "megabytes": dict(zip(RUNS, memory, strict=True)),
        "exponent of time": exponent(sizes, seconds, NOTHING),
        "exponent of looking": exponent(sizes, looks, NOTHING),
        "exponent of memory": exponent(sizes, memory, NO_MEMORY),
    }


_LIST = """
import json, resource, sys, time
from pathlib import Path
from imgcls.recipe import Recipe
from imgcls.runs import create_run, list_runs
from imgcls.engines.queue import waiting_runs
from tests.benchmarks.scaling import megabytes
for place in range(int(sys.argv[1])):
    run = create_run(Recipe(seed=place), {"ticket": 1, "engine": ""})
    (run.folder / "queue.json").unlink()
    (run.folder / "result.json").write_text(json.dumps({"status": "completed", "test_accuracy": 0.9}))
from imgcls.engines.queue import queue_lock, _forget_begun
with queue_lock():
    _forget_begun()
before = megabytes()
list_runs()
def best(work):
    found = []
    for _ in range(3):
        began = time.perf_counter(); work(); found.append(time.perf_counter() - began)
    return min(found)
print(json.dumps({"list": best(list_runs), "look": best(waiting_runs), "megabytes": megabytes() - before}))
"""


def images() -> dict[str, Any]:
    """Seconds to divide, count and page through as many images of 8 × 8, and the memory that this takes beside them."""
    seconds, memory = [], []
    for count in IMAGES:
        with tempfile.TemporaryDirectory() as place:
            found = _in_a_process(_PAGE, {"IMGCLS_HOME": place}, str(count))
        seconds.append(found["seconds"])
        memory.append(found["megabytes"])
    sizes = list(map(float, IMAGES))
    return {
        "seconds": dict(zip(IMAGES, seconds, strict=True)),
        "megabytes": dict(zip(IMAGES, memory, strict=True)),
        "exponent of time": exponent(sizes, seconds, NOTHING),
        "exponent of memory": exponent(sizes, memory, NO_MEMORY),
    }


_PAGE = """
import json, sys, time
import numpy as np
from imgcls.datasets import split_indices
from imgcls.figures.sheet import picture_sheet
from imgcls.recipe import Split
from tests.benchmarks.scaling import megabytes
count = int(sys.argv[1])
pictures = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), np.uint8)
labels = np.arange(count) % 10
before, began = megabytes(), time.perf_counter()
parts = split_indices(labels, Split(), 0)
chosen = parts.train[labels[parts.train] == 3]
np.bincount(labels[parts.train], minlength=10)
picture_sheet(pictures[chosen[-60:]])
print(json.dumps({"seconds": time.perf_counter() - began, "megabytes": megabytes() - before}))
"""


def megabytes() -> float:
    """The most memory that this process has taken up so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_a_process(code: str, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What a process of its own prints last: nothing in memory is from before."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        env={**os.environ, **environment, "PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"runs": runs, "images": images, "training": training}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART")
    asked = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"IMGCLS_HOME": place, "TF_CPP_MIN_LOG_LEVEL": "3"}
        for part in asked.parts:
            began = time.perf_counter()
            report[part] = PARTS[part]()
            print(f"{part}: {time.perf_counter() - began:.0f} s", flush=True)
            print(json.dumps(report), flush=True)  # whole after each: who stops it early keeps those


if __name__ == "__main__":
    main()
