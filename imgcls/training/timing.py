"""How long training takes on this machine: measured, and kept under `<home>/cache/timings.json`."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imgcls.atomic import read_json, write_json
from imgcls.datasets import DATASETS
from imgcls.home import folder
from imgcls.recipe import Recipe

#: Building the graph, tracing it, testing and saving: what even the shortest run pays, in seconds.
OVERHEAD = 2.0


@dataclass(frozen=True)
class Timing:
    """Cost of one recipe's steps.

    Args:
        step: seconds per training step.
        validation_image: seconds per image validated.
        parameters: trainable and other numbers in the network.
    """

    step: float
    validation_image: float
    parameters: int


def timing_key(recipe: Recipe) -> str:
    """The same for recipes whose steps cost the same on this machine."""
    dataset = DATASETS.get(recipe.dataset.name)
    facts = [
        recipe.architecture.model_dump(mode="json"),
        dataset.image_shape,
        len(dataset.class_names),
        recipe.training.batch_size,
        recipe.training.optimizer.name,
        recipe.training.precision,
        platform.node(),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def known_timing(recipe: Recipe) -> Timing | None:
    """What was measured before, if anything was."""
    entry = _known().get(timing_key(recipe))
    try:
        return Timing(**entry) if entry else None
    except TypeError:
        return None  # noted by another version


def keep_timing(recipe: Recipe, timing: Timing) -> None:
    write_json(_path(), _known() | {timing_key(recipe): asdict(timing)}, durable=False)


def estimated_seconds(recipe: Recipe, timing: Timing) -> float:
    """Seconds from Start to the result, if nobody is ahead in the line and early stopping does not strike."""
    size = DATASETS.get(recipe.dataset.name).size
    steps = -(-round(size * recipe.split.train) // recipe.training.batch_size)
    epoch = steps * timing.step + size * recipe.split.validation * timing.validation_image
    return OVERHEAD + recipe.training.epochs * epoch


def _known() -> dict[str, Any]:
    known = read_json(_path())
    return known if isinstance(known, dict) else {}


def _path() -> Path:
    return folder("cache") / "timings.json"
