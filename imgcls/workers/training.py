"""The training worker: imports Keras, warms up, waits for a run, trains it, and waits for another.

It reads lines of JSON from standard input, `{"run": FOLDER}`, says `{"done": NAME}` on standard output when a run has
ended well and it could take the next, and takes the end of standard input, or SIGTERM, as the word to checkpoint and
go. After any trouble it ends: the next run gets a process that has seen none.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from imgcls.atomic import read_json, write_json
from imgcls.errors import BrokenError, ImgclsError, PlaceError, RunStateError
from imgcls.language import N_
from imgcls.recipe import recipe_from
from imgcls.runs.status import LOCK, QUEUE, RESULT

PROBLEM = "problem.json"

UNEXPECTED = N_("Training broke off by a fault of ours ({kind}). The run's worker.log has the details.")
NO_MEMORY = N_("The machine ran out of memory. Try a smaller batch, a smaller image or a smaller network.")


def main() -> int:
    """Train runs as they are asked for on standard input; returns the exit code."""
    leave, orders = threading.Event(), queue.SimpleQueue[str]()
    if hasattr(os, "nice"):
        os.nice(5)  # the pages answer first

    def go() -> None:
        leave.set()
        orders.put("")  # for one who waits; of all queues only this one may be put to in a signal handler

    signal.signal(signal.SIGTERM, lambda *_: go())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it ends our standard input
    threading.Thread(target=_read_input, args=(orders, go), daemon=True).start()
    warm_up(lambda: not orders.empty())
    print(json.dumps({"ready": True}), flush=True)
    while line := orders.get().strip():
        run = Path(json.loads(line)["run"])
        with _log_to(run / "worker.log"):
            code = work(run, leave)
        if code or leave.is_set():
            return code
        _forget()
        print(json.dumps({"done": run.name}), flush=True)
    return 0


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Meanwhile what anyone prints belongs to the run."""
    before = [os.dup(number) for number in (1, 2)]
    with path.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, kept in zip((1, 2), before, strict=True):
            os.dup2(kept, number)
            os.close(kept)


def _read_input(orders: queue.SimpleQueue[str], go: Callable[[], None]) -> None:
    while line := sys.stdin.readline():
        orders.put(line)
    go()


def _forget() -> None:
    """Let go of the last run's graphs, and count layers from the beginning again."""
    import keras

    keras.utils.clear_session()  # collects garbage as well


def warm_up(wanted: Callable[[], bool] = lambda: False) -> None:
    """Import what training needs, and then do ahead of the first run what it would else wait for.

    `wanted` says that a run is waiting already: then nothing is done that this run may not need.
    """
    import keras  # noqa: F401

    import imgcls.training.loop  # noqa: F401

    for ahead in (_step_once, _unpack, _time_precision):
        if not wanted():
            ahead()
    gc.collect()
    gc.freeze()  # what is imported stays: later collections need not look at half a million objects again


def _step_once() -> None:
    """One step of a tiny network: much of TensorFlow comes into being at its first step."""
    import keras
    import numpy as np

    from imgcls.architectures import Preprocessing
    from imgcls.datasets import ImageSet
    from imgcls.training.data import Batches
    from imgcls.training.optimizer import make_optimizer
    from imgcls.training.step import Steps

    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(2, 3, activation="relu")(inputs)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    steps = Steps(keras.Model(inputs, keras.layers.Dense(2)(x)), make_optimizer("adam"), Preprocessing())
    images = ImageSet(np.zeros((4, 8, 8, 1), np.uint8), np.array([0, 1, 0, 1]), ("a", "b"))
    steps.train(Batches(images, 2, seed=0).epoch(0), np.full(2, 0.001))
    steps.predict(images.images)


def _unpack() -> None:
    """The data set that a recipe begins with, unpacked once on each machine."""
    from imgcls.datasets import load
    from imgcls.recipe import Recipe

    load(Recipe().dataset)


def _time_precision() -> None:
    """The precision of the recipe one begins with, timed once on each machine."""
    from imgcls.recipe import Recipe
    from imgcls.training.precision import chosen_precision

    chosen_precision(Recipe())


def work(folder: Path, leave: threading.Event) -> int:
    """Take the run's lock, train, and leave the run in a state that its files explain."""
    try:
        with FileLock(folder / LOCK, timeout=5):
            if read_json(folder / RESULT) is not None or not (folder / QUEUE).exists():
                return 0  # stopped, or taken out of the line, while it waited
            (folder / QUEUE).unlink(missing_ok=True)
            (folder / PROBLEM).unlink(missing_ok=True)
            return _train(folder, leave)
    except Timeout:
        print(f"{folder.name} is already being trained", file=sys.stderr)
        return RunStateError.exit_code


def _train(folder: Path, leave: threading.Event) -> int:
    from imgcls.training.finish import finish, write_failure
    from imgcls.training.loop import train

    try:
        session, ending = train(folder, recipe_from(read_json(folder / "recipe.json")), leave)
        if ending != "left":
            finish(session, ending)
        return 0
    except PlaceError as error:
        # not the recipe's fault: the run stays resumable, and says what stood in the way
        print(error, file=sys.stderr)
        _note_problem(folder, error)
        return error.exit_code
    except ImgclsError as error:
        print(error, file=sys.stderr)
        write_failure(folder, error)
        return error.exit_code
    except Exception as error:
        traceback.print_exc()
        write_failure(folder, _explain(error))
        return 1


def _explain(error: Exception) -> BrokenError:
    short = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
    return BrokenError(NO_MEMORY) if short else BrokenError(UNEXPECTED, kind=type(error).__name__)


def _note_problem(folder: Path, error: ImgclsError) -> None:
    try:
        write_json(folder / PROBLEM, error.to_json(), durable=False)
    except PlaceError:
        print(f"{os.fspath(folder)}: the problem itself could not be noted", file=sys.stderr)
