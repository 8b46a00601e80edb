"""Images per second of training, ours against the same network by Keras's own `compile` and `fit` with its defaults.

    python -m tests.benchmarks.training_speed [--rounds 3]

Ours is a whole run through the engine, with its log, checkpoints and snapshots; the reference is a process of its own
that is given the same training, validation and test images. They take turns, with the median of the epochs after the
first (which traces) of each. Where PyTorch is installed (`tests/benchmarks/requirements.txt`), its best setting is
timed beside them. Prints a table, and JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

#: The article's listing as written: softmax at the end, Adam, cross-entropy of one-hot labels.
LISTING = """
model = keras.Sequential([
    keras.Input(train.shape[1:]),
    layers.Conv2D(32, (3, 3), activation="relu"), layers.MaxPooling2D((2, 2)),
    layers.Conv2D(64, (3, 3), activation="relu"), layers.MaxPooling2D((2, 2)),
    layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
"""
#: The same network as ours, of Keras's own layers, with Keras's defaults.
NETWORK = """
from imgcls.architectures import build_model
from imgcls.recipe import Choice
model = build_model(Choice(name="{name}"), train.shape[1:], classes, 0)
loss = keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
"""
REFERENCE = """
import json, sys, time
import keras, numpy as np
from keras import layers
kept = np.load(sys.argv[1])
train, validation, test = (kept[name].astype("float32") / 255 for name in ("train", "validation", "test"))
classes = int(kept["train_labels"].max()) + 1
labels = [keras.utils.to_categorical(kept[f"{{part}}_labels"], classes) for part in ("train", "validation", "test")]
keras.utils.set_random_seed(int(sys.argv[2]))
{model}
class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.perf_counter() - self.began)
seconds = []
model.fit(train, labels[0], batch_size={batch}, epochs={epochs}, validation_data=(validation, labels[1]), verbose=0,
          callbacks=[Clock()])
accuracy = float(model.evaluate(test, labels[2], verbose=0)[1])
print(json.dumps({{"seconds": seconds, "accuracy": accuracy}}))
"""

#: What is trained: recipe, the reference's model and batch, epochs, and the ratio that is asked for.
ROWS: dict[str, dict[str, Any]] = {
    "seed-cnn, batch 32": {
        "recipe": {"training": {"batch_size": 32, "epochs": 10}},
        "model": LISTING,
        "batch": 32,
        "asked": 2.0,
    },
    "seed-cnn, batch 128 against the listing's 32": {
        "recipe": {
            "training": {"batch_size": 128, "epochs": 10, "optimizer": {"name": "adam", "learning_rate": 0.003}},
        },
        "model": LISTING,
        "batch": 32,
        "asked": 3.0,
    },
    "resnet-20 at 32×32, batch 128": {
        "recipe": {
            "dataset": {"name": "shapes"},
            "architecture": {"name": "resnet-20"},
            "training": {"batch_size": 128, "epochs": 4},
        },
        "model": NETWORK.format(name="resnet-20"),
        "batch": 128,
        "asked": 3.5,
    },
}


def parts_of(recipe: Any, path: Path) -> int:
    """Write what a recipe trains on, for the reference; returns the images of an epoch."""
    from imgcls.training.data import run_data

    data = run_data(recipe)
    arrays = {}
    for name in ("train", "validation", "test"):
        part = getattr(data, name)
        arrays |= {name: part.images, f"{name}_labels": part.labels}
    np.savez(path, **arrays)
    return len(data.train.images)


def ours(engine: Any, recipe: Any) -> dict[str, Any]:
    from imgcls.runs import get_run, read_curve

    run = engine.submit(recipe)
    engine.wait(run, 600)
    ends = [0.0, *(line["seconds"] for line in read_curve(get_run(run).folder).epochs)]
    return {"seconds": np.diff(ends).tolist(), "accuracy": get_run(run).result["test_accuracy"]}


def theirs(row: dict[str, Any], path: Path, seed: int) -> dict[str, Any]:
    epochs = row["recipe"]["training"]["epochs"]
    code = REFERENCE.format(model=row["model"], batch=row["batch"], epochs=epochs)
    done = subprocess.run([sys.executable, "-c", code, str(path), str(seed)], capture_output=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(engine: Any, row: dict[str, Any], folder: Path, rounds: int) -> dict[str, Any]:
    """Medians of both, and their ratio turn by turn."""
    from imgcls.recipe import recipe_from

    speeds: dict[str, list[float]] = {"ours": [], "Keras": []}
    accuracies: dict[str, list[float]] = {"ours": [], "Keras": []}
    for seed in range(rounds):
        recipe = recipe_from({**row["recipe"], "seed": seed})
        images = parts_of(recipe, folder / "parts.npz")
        for name, found in (("ours", ours(engine, recipe)), ("Keras", theirs(row, folder / "parts.npz", seed))):
            speeds[name].append(images / statistics.median(found["seconds"][1:]))
            accuracies[name].append(found["accuracy"])
    ratios = [one / other for one, other in zip(speeds["ours"], speeds["Keras"], strict=True)]
    return {
        "images per second": {name: round(statistics.median(values)) for name, values in speeds.items()},
        "accuracy": {name: round(statistics.mean(values), 4) for name, values in accuracies.items()},
        "ratio": round(statistics.median(ratios), 2),
        "spread": [round(min(ratios), 2), round(max(ratios), 2)],
        "asked": row["asked"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ["IMGCLS_HOME"] = place
        from imgcls.engines.local import LocalEngine

        engine = LocalEngine(spare=False)
        for name, row in ROWS.items():
            report[name] = measure(engine, row, Path(place), asked.rounds)
            print(f"{name}: {json.dumps(report[name])}", flush=True)
        engine.close()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
