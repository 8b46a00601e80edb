"""The data sets: what each is, and how its images are had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from imgcls.recipe import Choice, refusal
from imgcls.registry import MISSING_DATASET, Options, Registry


@dataclass(frozen=True)
class ImageSet:
    """Images in memory.

    Args:
        images: uint8, (n, height, width, channels), channels 1 (grey) or 3 (RGB).
        labels: int64, (n,), each in [0, len(class_names)).
        class_names: one name per class.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.images.shape[1:]

    def take(self, indices: np.ndarray) -> ImageSet:
        return ImageSet(self.images[indices], self.labels[indices], self.class_names)


@dataclass(frozen=True)
class Dataset:
    """A registered data set.

    `preparation` names how a picture from outside is brought to the form of these images:
    `mnist-style` for strokes, `fit` for everything else.
    """

    name: str
    title: str
    summary: str
    source: str
    licence: str
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    size: int
    load: Callable[[Any], ImageSet]
    options: type[Options] = Options
    preparation: Literal["mnist-style", "fit"] = "fit"
    warnings: tuple[str, ...] = field(default=())


DATASETS: Registry[Dataset] = Registry(MISSING_DATASET)


def load(choice: Choice) -> ImageSet:
    """The images of a chosen data set; made or converted once, then read from the cache.

    Raises:
        UnknownNameError: no such data set.
        RecipeError: an option is out of range.
    """
    dataset = DATASETS.get(choice.name)
    return dataset.load(dataset_options(choice))


def dataset_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the data set's own model."""
    try:
        return DATASETS.get(choice.name).options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix="dataset") from None
