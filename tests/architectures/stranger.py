"""A process that has Keras but not this package: what it makes of a model that was saved here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

#: Loads every saved model and predicts.
_CODE = """
import importlib.util, sys
from pathlib import Path
assert importlib.util.find_spec("imgcls") is None, "imgcls can be imported"
import keras, numpy as np
for file in Path(sys.argv[1]).glob("*.keras"):
    model = keras.saving.load_model(file, safe_mode=True)
    inputs = np.load(file.with_suffix(".inputs.npy"))
    np.save(file.with_suffix(".outputs.npy"), np.asarray(model(inputs, training=False)))
"""


def predict_abroad(place: Path, models: dict[str, tuple[Any, np.ndarray]]) -> dict[str, np.ndarray]:
    """Models by name, each with its input → the outputs of the stranger, by name."""
    for name, (model, inputs) in models.items():
        model.save(place / f"{name}.keras")
        np.save(place / f"{name}.inputs.npy", inputs)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "IMGCLS"))}
    done = subprocess.run(
        [sys.executable, "-I", "-c", _CODE, str(place)], cwd=place, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: np.load(place / f"{name}.outputs.npy") for name in models}
