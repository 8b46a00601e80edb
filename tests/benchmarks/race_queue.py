"""What a race of six runs loses to the queue: between two runs, and in going from one worker to the next.

    python -m tests.benchmarks.race_queue [--epochs 10]

The six (three seeds of `seed-cnn` and of `lenet-5` on mnist-5k) are trained through the engine, as a race is, and one
after another in this process, without any queue, alternately. `between` is the time from a run's result to the moment
at which the next one's worker holds its lock and reads its recipe, as a share of the whole; asked is under 3 %.
`whole` is the engine's time against that of this process, where TensorFlow is warm and files are written just so.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from typing import Any


def recipes(epochs: int) -> list[Any]:
    from imgcls.recipe import Recipe

    return [
        Recipe.model_validate({"architecture": {"name": name}, "seed": seed, "training": {"epochs": epochs}})
        for name in ("seed-cnn", "lenet-5")
        for seed in range(3)
    ]


def through_the_engine(engine: Any, epochs: int) -> tuple[float, float]:
    """Seconds of the whole race, and of them those in which nothing was trained, built, tested or saved."""
    from imgcls.runs import get_run

    began = time.time()
    names = [engine.submit(recipe) for recipe in recipes(epochs)]
    for name in names:
        engine.wait(name, 600)
    runs = [get_run(name) for name in names]
    ends = [run.result["finished"] for run in runs]
    # the worker writes its process number into the lock's file as soon as it holds it
    starts = [(run.folder / "worker.lock").stat().st_mtime for run in runs]
    gaps = [max(0.0, start - end) for end, start in zip([began, *ends], starts, strict=False)]
    return ends[-1] - began, sum(gaps)


def in_this_process(epochs: int) -> float:
    from filelock import FileLock

    from imgcls.runs import create_run, get_run
    from imgcls.runs.status import LOCK, QUEUE
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    began = time.perf_counter()
    for recipe in recipes(epochs):
        run = create_run(recipe, {"ticket": 1, "engine": "-"})
        with FileLock(run.folder / LOCK, timeout=5):
            (run.folder / QUEUE).unlink(missing_ok=True)
            session, ending = train(run.folder, get_run(run.id).recipe, threading.Event())
            finish(session, ending)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    asked = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        from imgcls.datasets import load
        from imgcls.engines.local import LocalEngine
        from imgcls.recipe import Choice

        load(Choice(name="mnist-5k"))
        in_this_process(1)  # warm
        engine = LocalEngine()
        engine.prepare()
        time.sleep(8)  # the spare worker warms up, as it does while somebody fills in the form
        found = []
        for _ in range(2):
            whole, between = through_the_engine(engine, asked.epochs)
            direct = in_this_process(asked.epochs)
            found.append(
                {"whole": whole, "between": between, "share": between / whole, "whole / direct": whole / direct}
            )
            print(json.dumps({name: round(value, 3) for name, value in found[-1].items()}), flush=True)
        engine.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
