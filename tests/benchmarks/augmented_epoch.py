"""What augmentation adds to the seconds of an epoch: seed-cnn on mnist-5k.

    .venv/bin/python -m tests.benchmarks.augmented_epoch [--rounds 9] [--augmentation affine shift+rotate+zoom …]

In one process, with the worker's own pipeline and training steps: in every round one plain epoch and one of each list
of augmentations follow one another, in another order each time, because a machine's speed drifts by more than what is
measured here. An epoch is the training steps alone; one of each kind is run before to trace what has to be traced.
Compared is each augmented epoch with the plain one of its own round.

The ratio is printed as its median over the rounds and the range of the middle half. `pipeline` is the time that the
batches of an epoch take where nobody trains on them: what the machine's other core has to make up for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from imgcls.augmentation import AUGMENTATIONS
from imgcls.recipe import Choice, Recipe
from imgcls.training.data import Batches, RunData, run_data

#: That of the presets; and the three that it stands for, one after another.
USUAL = ("affine", "shift+rotate+zoom")
PLAIN = "plain"
#: An augmented epoch may take this many times as long as a plain one.
TARGET = 1.3


def parsed(text: str) -> tuple[Choice, ...]:
    """`shift+rotate` → the two, as they are unless somebody changes their options."""
    return tuple(Choice(name=AUGMENTATIONS.get(name).name) for name in text.split("+"))


def epochs(recipe: Recipe, data: RunData, augmentation: tuple[Choice, ...]) -> tuple[Callable[[int], float], ...]:
    """Two functions of an epoch's number that return seconds: of its training, and of its batches alone."""
    from imgcls.architectures import ARCHITECTURES, build_model
    from imgcls.training.optimizer import make_optimizer
    from imgcls.training.step import MOST, Steps

    model = build_model(recipe.architecture, data.train.image_shape, len(data.class_names), recipe.seed)
    preprocessing = ARCHITECTURES.get(recipe.architecture.name).preprocessing
    steps = Steps(model, make_optimizer(recipe.training.optimizer.name), preprocessing)
    batches = Batches(data.train, recipe.training.batch_size, recipe.seed, augmentation)

    def train(number: int) -> float:
        began, left, iterator = time.perf_counter(), batches.per_epoch, batches.epoch(number)
        while left:
            count = min(MOST, left)
            steps.train(iterator, np.full(count, recipe.training.optimizer.learning_rate))
            left -= count
        return time.perf_counter() - began

    def prepare(number: int) -> float:
        began = time.perf_counter()
        for _ in batches.epoch(number):
            pass
        return time.perf_counter() - began

    return train, prepare


def measured(lists: list[str], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of every round's epochs, by kind."""
    recipe = Recipe()
    data = run_data(recipe)
    kinds = {PLAIN: epochs(recipe, data, ())} | {text: epochs(recipe, data, parsed(text)) for text in lists}
    found: dict[str, dict[str, list[float]]] = {kind: {"train": [], "pipeline": []} for kind in kinds}
    for number in range(rounds + 1):
        order = list(kinds) if number % 2 else list(kinds)[::-1]
        for what in ("train", "pipeline"):
            for kind in order:
                seconds = kinds[kind][what == "pipeline"](number)
                if number:  # the first one traces
                    found[kind][what].append(seconds)
    return found


def summary(found: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, Any]]:
    """Of each kind: its median seconds, and its ratio to plain with the range of the middle half."""
    told: dict[str, dict[str, Any]] = {}
    for kind, times in found.items():
        ratios = [one / plain for one, plain in zip(times["train"], found[PLAIN]["train"], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        told[kind] = {
            "epoch_s": round(statistics.median(times["train"]), 4),
            "pipeline_s": round(statistics.median(times["pipeline"]), 4),
            "ratio": round(middle, 3),
            "middle_half": [round(low, 3), round(high, 3)],
            "least_and_most": [round(min(ratios), 3), round(max(ratios), 3)],
        }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--augmentation", nargs="*", default=list(USUAL), metavar="NAME+NAME")
    asked = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as place:
        os.environ["IMGCLS_HOME"] = place
        told = summary(measured(asked.augmentation, asked.rounds))
    print(f"{'':24} {'epoch':>8} {'pipeline':>9} {'ratio':>7}  middle half    least … most")
    for kind, one in told.items():
        (low, high), (least, most) = one["middle_half"], one["least_and_most"]
        seconds = f"{one['epoch_s']:7.3f}s {one['pipeline_s']:8.3f}s"
        print(f"{kind:24} {seconds} {one['ratio']:7.3f}  {low:.3f} … {high:.3f}  {least:.3f} … {most:.3f}")
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "rounds": asked.rounds, "target": TARGET}
    print(json.dumps({**machine, "kinds": told}))


if __name__ == "__main__":
    main()
