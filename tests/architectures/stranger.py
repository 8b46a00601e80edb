"""A process that has Keras but not this package: what it makes of a model that was saved here."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

#: For each folder that is named on standard input: loads every saved model in it and predicts, says so, and forgets.
#: Importing Keras takes longer than most models do: one stranger serves all tests of a process.
_CODE = """
import gc, importlib.util, sys
from pathlib import Path
assert importlib.util.find_spec("imgcls") is None, "imgcls can be imported"
import keras, numpy as np
for line in sys.stdin:
    for file in Path(line.strip()).glob("*.keras"):
        model = keras.saving.load_model(file, safe_mode=True)
        inputs = np.load(file.with_suffix(".inputs.npy"))
        np.save(file.with_suffix(".outputs.npy"), np.asarray(model(inputs, training=False)))
    print("done", flush=True)
    del model
    keras.utils.clear_session()
"""


def predict_abroad(place: Path, models: dict[str, tuple[Any, np.ndarray]]) -> dict[str, np.ndarray]:
    """Models by name, each with its input → the outputs of the stranger, by name."""
    for name, (model, inputs) in models.items():
        model.save(place / f"{name}.keras")
        np.save(place / f"{name}.inputs.npy", inputs)
    stranger, log = _stranger()
    assert stranger.stdin is not None
    assert stranger.stdout is not None
    stranger.stdin.write(f"{place}\n")
    stranger.stdin.flush()
    if stranger.stdout.readline() != "done\n":
        _stranger.cache_clear()  # the next test gets another one
        stranger.wait(60)
        raise AssertionError(log.read_text()[-2000:])
    return {name: np.load(place / f"{name}.outputs.npy") for name in models}


@cache
def _stranger() -> tuple[subprocess.Popen[str], Path]:
    """The process, and the file in which it complains."""
    home = Path(tempfile.mkdtemp())
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "IMGCLS"))}
    with (home / "log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-I", "-c", _CODE],
            cwd=home,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(started.kill)
    return started, home / "log"
