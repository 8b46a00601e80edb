"""The four files in which MNIST, and data sets made like it, are published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from imgcls.datasets.downloaded import Place
from imgcls.datasets.formats.block import Halves, Wanted
from imgcls.datasets.formats.idx import read_idx

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def idx_place(folder: Path, train: Wanted, test: int) -> Place:
    """The files in a folder.

    Args:
        train: what the training images must be.
        test: the most test images.
    """
    files = tuple(folder / file for file in FILES)

    def read() -> Halves:
        return Halves([read_idx(files[0], files[1], train)], [read_idx(files[2], files[3], replace(train, most=test))])

    return Place(files, read)
