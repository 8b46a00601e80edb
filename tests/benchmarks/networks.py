"""The numbers of the networks and of transfer learning: what they see, reach and cost.

    .venv/bin/python -m tests.benchmarks.networks [imagenet] [transfer] [best] [depth] [--seeds 3] [--body-epochs 30]

imagenet    Top-3 answers to four photographs, and milliseconds an image.
transfer    A head on a frozen body, ten classes of a hundred small pieces of photographs, 30 epochs: features computed
            once against the body in every epoch, in alternation. With fewer --body-epochs the time of the others is
            reckoned from those after the first, and nothing is said of its accuracy.
best        The preset `best` on mnist-5k: test accuracy and seconds for each seed.
depth       resnet-20 and plain-20, and plain-56 without batch norm, on the same data: who learns what.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

from imgcls.datasets import DATASETS, Dataset, Facts, ImageSet
from imgcls.datasets.registry import fixed
from imgcls.engines.process import worker_environment
from imgcls.recipe import Recipe, recipe_from
from imgcls.workers.training import warm_up

PARTS = ("imagenet", "transfer", "best", "depth")
SENSIBLE = {
    "chelsea": {"tabby", "tiger cat", "Egyptian cat"},
    "coffee": {"espresso", "cup", "coffee mug"},
    "rocket": {"missile", "projectile", "space shuttle"},
    "flower": {"daisy"},
}
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "brick", "grass", "gravel", "camera", "china", "flower")


def photograph(name: str) -> np.ndarray:
    """uint8 (h, w, 3), from scikit-image's or scikit-learn's package."""
    if name in ("china", "flower"):
        from sklearn.datasets import load_sample_image

        return np.asarray(load_sample_image(f"{name}.jpg"))
    from skimage import data

    picture = np.asarray(getattr(data, name)())
    return picture if picture.ndim == 3 else picture[..., None].repeat(3, axis=2)


def imagenet() -> dict[str, Any]:
    from imgcls.models import load_trained
    from imgcls.preparation.choose import prepare_for

    trained = load_trained("imagenet")
    card, found = trained.card, {}
    for name, sensible in SENSIBLE.items():
        image = prepare_for(card.preparation, photograph(name), card.image_shape).image[None]
        order = np.argsort(-trained.logits(image)[0])[:3]
        top = [card.class_names[place] for place in order]
        found[name] = {"top_3": top, "sensible": bool(sensible & set(top))}
    images = np.random.default_rng(0).integers(0, 256, (64, *card.image_shape), np.uint8)
    trained.logits(images)
    began = time.perf_counter()
    trained.logits(images)
    return {"photographs": found, "milliseconds_an_image": 1000 * (time.perf_counter() - began) / len(images)}


def pieces(options: Any = None) -> ImageSet:
    """A hundred pieces of each photograph, 32 × 32: a class is the photograph that a piece is from."""
    from PIL import Image

    random, images, labels = np.random.default_rng(0), [], []
    for label, name in enumerate(PHOTOGRAPHS):
        picture = photograph(name)
        for _ in range(100):
            side = int(random.integers(48, 97))
            top, left = (int(random.integers(0, size - side)) for size in picture.shape[:2])
            piece = Image.fromarray(picture[top : top + side, left : left + side]).resize((32, 32))
            images.append(np.asarray(piece))
            labels.append(label)
    return ImageSet(np.stack(images), np.array(labels), PHOTOGRAPHS)


def transfer(rounds: int = 1, epochs: int = 30, body_epochs: int = 30) -> dict[str, Any]:
    DATASETS.add(Dataset("pieces", "Pieces", "", "", "", fixed(Facts((32, 32, 3), PHOTOGRAPHS, 1000)), pieces))
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        warm_up()  # as every worker does before its first run: else the first of the two would pay for both
    seconds: dict[str, list[float]] = {"once": [], "every epoch": []}
    accuracy: dict[str, list[float]] = {"once": [], "every epoch": []}
    for _ in range(rounds):
        for features, done in (("once", epochs), ("every epoch", body_epochs)):
            with tempfile.TemporaryDirectory() as home:  # nothing is kept from before
                os.environ["IMGCLS_HOME"] = home
                result = trained_here(
                    recipe_from(
                        {
                            "dataset": {"name": "pieces"},
                            "architecture": {"name": "efficientnet-lite0", "features": features},
                            "training": {"epochs": done},
                        }
                    )
                )
            seconds[features].append(result["train_seconds"] + (epochs - done) * result["epoch_seconds"])
            if done == epochs:
                accuracy[features].append(result["test_accuracy"])
            print(features, json.dumps(result), flush=True)
    ratios = [slow / quick for slow, quick in zip(seconds["every epoch"], seconds["once"], strict=True)]
    return {"seconds": seconds, "test_accuracy": accuracy, "times_faster": statistics.median(ratios)}


def trained_here(recipe: Recipe) -> dict[str, Any]:
    """What the training worker does, in this process with its environment: it has the data set that was made here."""
    import threading

    from imgcls.runs import create_run
    from imgcls.runs.metrics import read_curve
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    run = create_run(recipe, {})
    session, ending = train(run.folder, recipe, threading.Event())
    result = finish(session, ending)
    ends = [epoch["seconds"] for epoch in read_curve(run.folder).epochs]
    # the first epoch also builds the graph
    return {**result, "epoch_seconds": (ends[-1] - ends[0]) / max(1, len(ends) - 1)}


def trained(home: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "imgcls", "train", "--json", *arguments]
    environment = {**os.environ, "IMGCLS_HOME": home}
    began = time.perf_counter()
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return {**json.loads(out), "wall_seconds": time.perf_counter() - began}


def best(seeds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        found = [trained(home, "--preset", "best", "--seed", str(seed)) for seed in range(seeds)]
    return {
        "test_accuracy": [one["test_accuracy"] for one in found],
        "mean": statistics.mean(one["test_accuracy"] for one in found),
        "wall_seconds": [round(one["wall_seconds"], 1) for one in found],
    }


def depth(seeds: int, epochs: int = 5) -> dict[str, Any]:
    variants = {
        "resnet-20": ["--architecture", "resnet-20"],
        "plain-20": ["--architecture", "plain-20"],
        "plain-56, no batch norm": ["--architecture", "plain-56", "--set", "architecture.batch_norm=false"],
    }
    more = ["--epochs", str(epochs), "--batch-size", "128", "--set", "training.schedule=cosine"]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in variants}
    with tempfile.TemporaryDirectory() as home:
        for seed in range(seeds):
            for name, arguments in variants.items():
                found[name].append(trained(home, *arguments, *more, "--seed", str(seed)))
                print(name, found[name][-1]["test_accuracy"], round(found[name][-1]["wall_seconds"]), "s", flush=True)
    return {name: [one["test_accuracy"] for one in results] for name, results in found.items()}


def main() -> None:
    given = worker_environment()
    if given["GLIBC_TUNABLES"] != os.environ.get("GLIBC_TUNABLES"):  # read when a process begins
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks.networks", *sys.argv[1:]], given)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=PARTS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--body-epochs", type=int, default=30)
    asked = parser.parse_args()
    work = {"imagenet": imagenet, "best": lambda: best(asked.seeds)}
    work["transfer"] = lambda: transfer(body_epochs=asked.body_epochs)
    work["depth"] = lambda: depth(asked.seeds)
    report = {}
    for part in asked.parts:
        report[part] = work[part]()
        print(part, json.dumps(report[part]), flush=True)


if __name__ == "__main__":
    main()
