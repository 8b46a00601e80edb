"""Images per second of training: ours, the same network by Keras's own `compile` and `fit`, and by PyTorch.

    python -m tests.benchmarks.training_speed [--rounds 3]

Ours is a whole run through the engine, with its log, checkpoints and snapshots; the references are processes of their
own that are given the same training, validation and test images. All take turns, whose order changes from round to
round. Counted is the time from the end of an epoch to the end of the next, validation and all that a run writes
included; the first epoch, which traces, is left out. PyTorch is timed where it is installed
(`tests/benchmarks/requirements.txt`): in the quickest of float32 and bfloat16, channels first and last, found by a few
batches of each. Prints JSON after every row, with all rows so far.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.presets import PRESETS
from tests.benchmarks.gemm import peaks_elsewhere

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

#: The same networks in PyTorch; channels first in code, in memory as asked.
TORCH_NETWORKS = {
    "seed-cnn": """
model = nn.Sequential(
    nn.Conv2d(channels, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, classes))
""",
    "resnet-20": """
class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        self.stride, self.more = stride, width - before
    def forward(self, x):
        skip = x[:, :, ::self.stride, ::self.stride]
        skip = nn.functional.pad(skip, (0, 0, 0, 0, 0, self.more)) if self.more else skip
        return torch.relu(self.way(x) + skip)
blocks, before = [], 16
for width, stride in ((16, 1), (32, 2), (64, 2)):
    for place in range(3):
        blocks.append(Block(before, width, stride if place == 0 else 1))
        before = width
model = nn.Sequential(
    nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks,
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))
""",
}
#: Trains once for each setting that is asked for, by its name, and prints the epochs' seconds and the test accuracy.
TORCH = """
import json, sys, time
import numpy as np, torch
from torch import nn
torch.set_num_threads({threads})
kept = np.load(sys.argv[1])
def pixels(name, last):
    found = torch.from_numpy(kept[name].astype("float32") / 255).permute(0, 3, 1, 2)
    return found.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)
labels = {{name: torch.from_numpy(kept[name + "_labels"].astype("int64")) for name in ("train", "validation", "test")}}
channels, classes = kept["train"].shape[-1], int(labels["train"].max()) + 1
def network():
{network}
    return model
def accuracy(model, half, images, wanted):
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        return float((model(images).argmax(1) == wanted).float().mean())
def turn(half, last, images, epochs):
    torch.manual_seed(int(sys.argv[2]))
    train, validation, test = (pixels(name, last) for name in ("train", "validation", "test"))
    model = network()
    model = model.to(memory_format=torch.channels_last) if last else model
    optimizer = torch.optim.Adam(model.parameters(), lr={rate})
    entropy = nn.CrossEntropyLoss()
    seconds = []
    for epoch in range(epochs):
        began = time.perf_counter()
        model.train()
        order = torch.randperm(len(train))[:images]
        for start in range(0, len(order), {batch}):
            chosen = order[start:start + {batch}]
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                logits = model(train[chosen])
            entropy(logits.float(), labels["train"][chosen]).backward()
            optimizer.step()
        if images is None:
            accuracy(model, half, validation, labels["validation"])
        seconds.append(time.perf_counter() - began)
    return {{"seconds": seconds, "accuracy": accuracy(model, half, test, labels["test"]) if images is None else None}}
print(json.dumps({{name: turn(*setting, {images}, {epochs}) for name, setting in {settings}.items()}}))
"""
#: Which of PyTorch's settings are tried: (bfloat16, channels last).
SETTINGS = {
    "float32": (False, False),
    "float32, channels last": (False, True),
    "bfloat16": (True, False),
    "bfloat16, channels last": (True, True),
}
#: A trial of a setting: batches of an epoch, and epochs, of which the first does not count.
TRIAL_BATCHES, TRIAL_EPOCHS = 8, 3

#: What is trained: recipe, Keras's model and batch, the ratio that is asked for, and PyTorch's network, where it races.
ROWS: dict[str, dict[str, Any]] = {
    "seed-cnn, batch 32": {
        "recipe": {"training": {"batch_size": 32, "epochs": 8}},
        "model": LISTING,
        "batch": 32,
        "asked": 2.0,
    },
    "seed-cnn, the preset `fast`": {
        "recipe": {**PRESETS.get("fast").recipe.model_dump(mode="json")},
        "model": LISTING,
        "batch": 32,
        "asked": 3.0,
        "torch": "seed-cnn",
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
        "torch": "resnet-20",
    },
}


def parts_of(recipe: Any, path: Path) -> int:
    """Write what a recipe trains on, for the references; returns the images of an epoch."""
    from imgcls.training.data import run_data

    data = run_data(recipe)
    arrays = {}
    for name in ("train", "validation", "test"):
        part = getattr(data, name)
        arrays |= {name: part.images, f"{name}_labels": part.labels}
    np.savez(path, **arrays)
    return len(data.train.images)


def ours(engine: Any, recipe: Any) -> dict[str, Any]:
    """Seconds of each epoch by the clock on the wall, and the test accuracy."""
    from imgcls.runs import get_run, read_curve

    run = engine.submit(recipe)
    engine.wait(run, 600)
    ends = [line["t"] for line in read_curve(get_run(run).folder).epochs]
    result = get_run(run).result
    return {
        "seconds": np.diff(ends).tolist(),
        "accuracy": result["test_accuracy"],
        "precision": result["precision"],
        # forwards, and twice as much backwards, each multiply-add two operations
        "operations": 6 * result["multiply_adds"],
    }


def another(code: str, path: Path, seed: int) -> dict[str, Any]:
    """What a reference prints."""
    done = subprocess.run([sys.executable, "-c", code, str(path), str(seed)], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def without_first(found: dict[str, Any]) -> dict[str, Any]:
    """The epoch that traces does not count."""
    return {**found, "seconds": found["seconds"][1:]}


def torch_code(row: dict[str, Any], recipe: Any, settings: list[str], images: int | None, epochs: int) -> str:
    """The script that trains the row's network in these settings, on all images or on that many of each epoch."""
    return TORCH.format(
        network=textwrap.indent(TORCH_NETWORKS[row["torch"]], "    "),
        threads=os.cpu_count(),
        rate=recipe.training.optimizer.learning_rate,
        batch=recipe.training.batch_size,
        settings={name: SETTINGS[name] for name in settings},
        images=images,
        epochs=epochs,
    )


def best_setting(row: dict[str, Any], recipe: Any, path: Path) -> tuple[str, dict[str, float]]:
    """The setting in which PyTorch is quickest, and images per second of each: a few batches of all, in one process."""
    images = TRIAL_BATCHES * recipe.training.batch_size
    tried = another(torch_code(row, recipe, list(SETTINGS), images, TRIAL_EPOCHS), path, 0)
    speeds = {name: round(images / min(one["seconds"][1:])) for name, one in tried.items()}
    return max(speeds, key=lambda name: speeds[name]), speeds


def contestants(
    engine: Any, row: dict[str, Any], recipe: Any, path: Path, setting: str | None
) -> dict[str, Callable[[], dict[str, Any]]]:
    """Who takes a turn: name → the seconds of its epochs, the first left out for the references."""
    training, seed = recipe.training, recipe.seed
    keras = REFERENCE.format(model=row["model"], batch=row["batch"], epochs=training.epochs)
    found = {"ours": lambda: ours(engine, recipe), "Keras": lambda: without_first(another(keras, path, seed))}
    if setting:
        code = torch_code(row, recipe, [setting], None, training.epochs)
        found["PyTorch"] = lambda: without_first(another(code, path, seed)[setting])
    return found


def measure(engine: Any, row: dict[str, Any], folder: Path, rounds: int) -> dict[str, Any]:
    """Medians of all, and ours over each of the others round by round."""
    from imgcls.recipe import recipe_from

    setting, tried = None, {}
    speeds: dict[str, list[float]] = {}
    accuracies: dict[str, list[float]] = {}
    shares, peaks = [], peaks_elsewhere()
    for seed in range(rounds):
        recipe = recipe_from({**row["recipe"], "seed": seed})
        images = parts_of(recipe, folder / "parts.npz")
        if "torch" in row and setting is None and importlib.util.find_spec("torch"):
            setting, tried = best_setting(row, recipe, folder / "parts.npz")
        turns = list(contestants(engine, row, recipe, folder / "parts.npz", setting).items())
        for name, turn in turns if seed % 2 == 0 else reversed(turns):
            found = turn()
            speeds.setdefault(name, []).append(images / statistics.median(found["seconds"]))
            accuracies.setdefault(name, []).append(found["accuracy"])
            precision = found.get("precision", "")
            if name == "ours":
                precision_of_ours = precision
                peak = peaks["bfloat16" if "bfloat16" in precision else "float32"]
                shares.append(speeds[name][-1] * found["operations"] / peak / 1e9)
            print(
                f"  {name}: {speeds[name][-1]:,.0f} images/s, accuracy {found['accuracy']:.4f} {precision}", flush=True
            )
    report = {
        "images per second": {name: round(statistics.median(values)) for name, values in speeds.items()},
        "accuracy": {name: round(statistics.mean(values), 4) for name, values in accuracies.items()},
        **_over(speeds["ours"], speeds["Keras"]),
        "asked": row["asked"],
        "precision": precision_of_ours,
        "share of the peak": round(statistics.median(shares), 3),
    }
    if setting:
        report["PyTorch"] = {"setting": setting, "tried": tried, **_over(speeds["ours"], speeds["PyTorch"])}
    return report


def _over(one: list[float], other: list[float]) -> dict[str, Any]:
    """The ratio of two, round by round."""
    ratios = [first / second for first, second in zip(one, other, strict=True)]
    return {"ratio": round(statistics.median(ratios), 2), "spread": [round(min(ratios), 2), round(max(ratios), 2)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), metavar="NAME")
    asked = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ["IMGCLS_HOME"] = place
        from imgcls.engines.local import LocalEngine

        engine = LocalEngine(spare=False)
        for name in asked.rows:
            print(name, flush=True)
            report[name] = measure(engine, ROWS[name], Path(place), asked.rounds)
            print(json.dumps(report), flush=True)  # whole after every row: who stops it early keeps those
        engine.close()


if __name__ == "__main__":
    main()
