"""The time that is told before Start against the time that training then takes, on every network.

    python -m tests.benchmarks.estimates [CASE ...]

A case is a network, or one of `from-run`, `frozen body` and `augmentation`. Each is measured as the page measures it
(`measured_timing`), and then trained for three epochs on a part of mnist-5k (networks for photographs: 2 %, at a side
of 96 px). The worker is warm, as it is behind the page. Networks of `applications/` begin with weights drawn at random:
the published ones would have to be downloaded, and cost no other time. Prints a table and JSON; asked is a ratio
between 0.75 and 1.25.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from typing import Any

#: Share of the training images, and epochs, so that no network takes more than about a minute.
LARGE, SMALL = 0.02, 0.5
EPOCHS = 3
#: Width and height to which networks for photographs enlarge the digits, in pixels.
SIDE = 96


def cases() -> dict[str, dict[str, Any]]:
    """What is measured, by its name: what differs from the usual recipe."""
    from imgcls.architectures import ARCHITECTURES

    found: dict[str, dict[str, Any]] = {}
    for entry in ARCHITECTURES:
        if entry.name == "from-run":
            continue
        if entry.name.startswith("applications/"):
            found[entry.name] = {"architecture": {"name": entry.name, "weights": "none", "side": SIDE}, "subset": LARGE}
        elif entry.name == "efficientnet-lite0":
            whole = {"name": entry.name, "weights": "none", "side": SIDE}
            found[entry.name] = {"architecture": whole, "subset": LARGE}
            found["frozen body"] = {"architecture": {"name": entry.name, "side": SIDE}, "subset": 10 * LARGE}
        else:
            found[entry.name] = {"architecture": {"name": entry.name}, "subset": SMALL}
    found["from-run"] = {"architecture": {"name": "from-run"}, "subset": SMALL}
    found["augmentation"] = {"augmentation": [{"name": "affine"}], "subset": SMALL}
    return found


def trained(recipe: Any) -> tuple[str, float]:
    """Train a recipe as a worker does; its run, and the seconds that took."""
    from filelock import FileLock

    from imgcls.runs import create_run, get_run
    from imgcls.runs.status import LOCK, QUEUE
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    run = create_run(recipe, {"ticket": 1, "engine": ""})
    with FileLock(run.folder / LOCK, timeout=5):
        (run.folder / QUEUE).unlink(missing_ok=True)
        began = time.perf_counter()
        session, ending = train(run.folder, get_run(run.id).recipe, threading.Event())
        finish(session, ending)
    return run.id, time.perf_counter() - began


def seconds_taken(changes: dict[str, Any], begun_with: str) -> tuple[float, float]:
    """What is told for one recipe, and what its training takes.

    Args:
        begun_with: the run whose body `from-run` takes.
    """
    from imgcls.recipe import Recipe
    from imgcls.training.timing import estimated_seconds
    from imgcls.training.trial import measured_timing

    changes = {**changes, "training": {"epochs": EPOCHS}}
    if changes.get("architecture", {}).get("name") == "from-run":
        changes["architecture"] = {"name": "from-run", "run": begun_with}
    recipe = Recipe.model_validate(changes)
    told = estimated_seconds(recipe, measured_timing(recipe))
    return told, trained(recipe)[1]


def main() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        from imgcls.recipe import Recipe, Training

        known = cases()
        wanted = sys.argv[1:] or list(known)
        # the first network of a process waits for TensorFlow, and for the data set to be unpacked
        begun_with, _seconds = trained(Recipe(training=Training(epochs=1)))
        found = {}
        for name in wanted:
            told, taken = seconds_taken(known[name], begun_with)
            found[name] = {"told": told, "taken": taken, "ratio": told / taken}
            print(f"{name:30} told {told:6.1f} s   taken {taken:6.1f} s   {told / taken:5.2f}", flush=True)
            print(json.dumps(found), flush=True)  # whole after each: who stops it early keeps those


if __name__ == "__main__":
    main()
