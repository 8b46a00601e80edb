"""MNIST: 70,000 handwritten digits, as Keras publishes them or in the files of its authors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from imgcls.datasets.downloaded import DownloadedData, Place
from imgcls.datasets.formats.block import Wanted
from imgcls.datasets.formats.npz import read_npz
from imgcls.datasets.idx_files import idx_place
from imgcls.datasets.official import images_option, official_facts, official_images
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet
from imgcls.downloads.keras_cache import keras_cache
from imgcls.language import N_
from imgcls.registry import Options

SHAPE, TRAIN, TEST = (28, 28, 1), 60_000, 10_000
DIGITS = tuple(str(digit) for digit in range(10))
WANTED = Wanted(SHAPE, {"labels": len(DIGITS)}, TRAIN)


class MnistOptions(Options):
    """How much of it is used."""

    images: int = images_option(100, TRAIN)


def _places(ours: Path) -> Iterator[Place]:
    for path in (ours / "mnist.npz", keras_cache("datasets", "mnist.npz")):
        yield Place((path,), partial(read_npz, path, WANTED, TEST))
    yield idx_place(keras_cache("datasets", "mnist"), WANTED, TEST)


#: As `keras.datasets.mnist` has it.
DATA = DownloadedData(
    "mnist",
    (
        (
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    _places,
)


def _facts(options: MnistOptions) -> Facts:
    return replace(official_facts(SHAPE, DIGITS, options.images, TEST, "mnist-style"), writing=True)


def _load(options: MnistOptions) -> ImageSet:
    return official_images(DATA, "labels", DIGITS, options.images)


DATASETS.add(
    Dataset(
        name="mnist",
        title=N_("MNIST: handwritten digits (70,000)"),
        summary=N_(
            "All of MNIST: digits from 0 to 9, 28 × 28 pixels, light strokes on black; 60,000 to train on and 10,000 "
            "for the test, written by other people. Downloaded once (11 MB)."
        ),
        source="LeCun, Cortes, Burges: The MNIST database of handwritten digits, http://yann.lecun.com/exdb/mnist/",
        licence="CC BY-SA 3.0",
        facts=_facts,
        load=_load,
        options=MnistOptions,
        download=DATA,
    )
)
