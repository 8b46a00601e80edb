"""Data sets that are published in two parts, for training and for the test: the test is the same for everybody."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from imgcls.datasets.downloaded import DownloadedData
from imgcls.datasets.registry import Facts, ImageSet, Part, Preparation
from imgcls.language import N_


def images_option(least: int, most: int) -> Any:
    """The field `images`: how many of `most` training images are used."""
    return Field(
        most,
        ge=least,
        le=most,
        title=N_("training images"),
        description=N_(
            "How many of its training images are used: the first ones of each class, equally many of each. Fewer make "
            "an epoch shorter. The test images are all used, so that accuracies can be compared."
        ),
    )


def official_facts(
    image_shape: tuple[int, int, int], class_names: tuple[str, ...], train: int, test: int, preparation: Preparation
) -> Facts:
    """The facts of a data set of which `train` images are used: the test images are put to the test, no others are."""
    return Facts(image_shape, class_names, train + test, preparation, fixed=(0, 0, test, train))


def official_images(data: DownloadedData, labels: str, class_names: tuple[str, ...], count: int) -> ImageSet:
    """The first `count` training images, balanced, then all test images; read-only.

    Args:
        data: what is read.
        labels: which of its labellings.
        class_names: one name per label.
        count: training images; where the files hold fewer, they are all taken.

    Raises:
        MissingDataError: it is not there, or damaged.
    """
    arrays = data.arrays()
    known, train = arrays[labels], int(arrays["train"])
    parts = np.full(len(known), Part.NOT_TEST, np.int8)
    parts[train:] = Part.TEST
    parts.setflags(write=False)
    images = ImageSet(arrays["images"], known, class_names, parts)
    if count >= train:
        return images
    some = images.take(np.concatenate([first_of_each(known[:train], count), np.arange(train, len(known))]))
    for array in (some.images, some.labels, some.parts):
        if array is not None:
            array.setflags(write=False)
    return some


def first_of_each(labels: np.ndarray, count: int) -> np.ndarray:
    """The positions of the first images of each class, `count` in all, sorted.

    The classes get equally many, the first ones one more if need be; what a class has too few of, the others make up
    for. Fewer images are always among more.
    """
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    turns = np.empty(len(labels), np.int64)  # the how-manieth image of its class each one is
    turns[order] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(np.lexsort((labels, turns))[:count])
