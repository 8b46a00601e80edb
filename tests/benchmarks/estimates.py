"""The time that is told before Start against the time that training then takes, on every network.

    python -m tests.benchmarks.estimates [NETWORK ...]

Each network is measured as the page measures it (`measured_timing`), and then trained for three epochs on a part of
mnist-5k (networks for photographs: 5 %). The worker is warm, as it is behind the page. Prints a table and JSON; asked
is a ratio between 0.75 and 1.25.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time

#: Share of the training images, and epochs, so that no network takes more than about a minute.
LARGE, SMALL = 0.05, 0.5
EPOCHS = 3


def seconds_taken(name: str) -> tuple[float, float]:
    """What is told for one recipe, and what its training takes."""
    from filelock import FileLock

    from imgcls.recipe import Recipe
    from imgcls.runs import create_run, get_run
    from imgcls.runs.status import LOCK, QUEUE
    from imgcls.training.finish import finish
    from imgcls.training.loop import train
    from imgcls.training.timing import estimated_seconds
    from imgcls.training.trial import measured_timing

    share = LARGE if name.startswith(("applications/", "efficientnet")) else SMALL
    # the weights of `applications/` would have to be downloaded; without them all layers are trained
    network = {"name": name} | ({"weights": "none"} if name.startswith("applications/") else {})
    recipe = Recipe.model_validate({"architecture": network, "subset": share, "training": {"epochs": EPOCHS}})
    told = estimated_seconds(recipe, measured_timing(recipe))
    run = create_run(recipe, {"ticket": 1, "engine": ""})
    with FileLock(run.folder / LOCK, timeout=5):
        (run.folder / QUEUE).unlink(missing_ok=True)
        began = time.perf_counter()
        session, ending = train(run.folder, get_run(run.id).recipe, threading.Event())
        finish(session, ending)
    return told, time.perf_counter() - began


def main() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        from imgcls.architectures import ARCHITECTURES
        from imgcls.datasets import load
        from imgcls.recipe import Choice

        load(Choice(name="mnist-5k"))  # the first time it is unpacked; not a matter of the network

        wanted = sys.argv[1:] or [
            one.name for one in ARCHITECTURES if one.name != "from-run" and not one.name.startswith("applications/")
        ]
        seconds_taken("linear")  # the first network of a process waits for TensorFlow
        found = {}
        for name in wanted:
            told, taken = seconds_taken(name)
            found[name] = {"told": told, "taken": taken, "ratio": told / taken}
            print(f"{name:22} told {told:6.1f} s   taken {taken:6.1f} s   {told / taken:5.2f}", flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
