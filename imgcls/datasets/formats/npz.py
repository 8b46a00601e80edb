"""MNIST as Keras publishes it: an .npz file of `x_train`, `y_train`, `x_test` and `y_test`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.datasets.formats.block import Block, Halves, Wanted, check_array, checked_labels, readable


def read_npz(path: Path, train: Wanted, test: int) -> Halves:
    """Both halves.

    Args:
        train: what the training images must be; they have one channel and one labelling.
        test: the most test images.

    Raises:
        DamagedFileError: it is damaged, or holds something else.
    """
    with readable(path), np.load(path, allow_pickle=False) as file:
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("no .npz file")
        halves = (_half(path, file, "train", train), _half(path, file, "test", replace(train, most=test)))
    return Halves([halves[0]], [halves[1]])


def _half(path: Path, file: Any, half: str, wanted: Wanted) -> Block:
    images = _array(path, file, f"x_{half}", wanted.shape[:2], wanted.most)
    labels = _array(path, file, f"y_{half}", (), wanted.most)
    ((name, classes),) = wanted.classes.items()
    found = checked_labels(path, labels, len(images), classes)
    return Block(images.reshape(-1, *wanted.shape), {name: found})


def _array(path: Path, file: Any, name: str, each: tuple[int, ...], most: int) -> np.ndarray:
    """An array whose header was looked at before any memory is taken for it. Labels may be integers of any width."""
    with file.zip.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _order, dtype = header(member)
    check_array(path, shape, dtype, each, most)
    return np.asarray(file[name])
