"""How long training takes on this machine: measured, and kept under `<home>/cache/timings.json`."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imgcls.architectures import architecture_options
from imgcls.architectures.transfer import BodyOptions
from imgcls.atomic import read_json, write_json
from imgcls.balance import augmentation_of
from imgcls.datasets import dataset_facts
from imgcls.home import folder
from imgcls.recipe import Recipe
from imgcls.training.sizes import epoch_images, part_sizes

#: What even the shortest run pays, in seconds, where it was not measured: building, tracing, testing, saving.
OVERHEAD = 2.0


@dataclass(frozen=True)
class Timing:
    """Cost of one recipe's steps.

    Args:
        step: seconds per training step.
        validation_image: seconds per image validated.
        parameters: trainable and other numbers in the network.
        feature_image: seconds per image for the features of a frozen body, which are computed once; 0: there are none.
        start: seconds that a run takes besides, however short it is: deep networks are long in building and tracing.
    """

    step: float
    validation_image: float
    parameters: int
    feature_image: float = 0.0
    start: float = OVERHEAD

    @property
    def image(self) -> float:
        """Seconds for one image's way through the whole network."""
        return self.validation_image + self.feature_image


def augmented_copies(recipe: Recipe) -> int:
    """How often each training image goes through a frozen body: once, or changed in each of its copies."""
    options = architecture_options(recipe.architecture)
    return options.copies if isinstance(options, BodyOptions) and augmentation_of(recipe) else 1


def timing_key(recipe: Recipe) -> str:
    """The same for recipes whose steps cost the same on this machine."""
    dataset = dataset_facts(recipe.dataset)
    facts = [
        recipe.architecture.model_dump(mode="json"),
        dataset.image_shape,
        len(dataset.class_names),
        recipe.training.batch_size,
        recipe.training.optimizer.name,
        recipe.training.precision,
        *([choice.model_dump(mode="json") for choice in augmentation_of(recipe)] or ()),
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
    """Seconds from Start to the result, if nobody is ahead in the line and early stopping does not strike.

    Features that are kept from an earlier run make it shorter: this counts all of them as new.
    """
    train, validation, test = part_sizes(recipe)
    epoch = -(-epoch_images(recipe) // recipe.training.batch_size) * timing.step + validation * timing.validation_image
    images = train * augmented_copies(recipe) + validation + test
    return timing.start + images * timing.feature_image + recipe.training.epochs * epoch


def _known() -> dict[str, Any]:
    known = read_json(_path())
    return known if isinstance(known, dict) else {}


def _path() -> Path:
    return folder("cache") / "timings.json"
