"""The format of MNIST's own files: `idx`, gzipped. http://yann.lecun.com/exdb/mnist/

Two zero bytes, one for the type (8: unsigned bytes), one for the number of dimensions; the dimensions as big-endian
numbers of four bytes; then the bytes.
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

from imgcls.datasets.formats.block import Block, Wanted, check_array, checked_labels, readable

_UNSIGNED_BYTES = 8


def read_idx(images: Path, labels: Path, wanted: Wanted) -> Block:
    """The images of one file and the labels of another; `wanted` names one labelling.

    Raises:
        DamagedFileError: one of them is damaged, or holds something else.
    """
    pixels = _read(images, wanted.shape[:2], wanted.most)
    ((name, classes),) = wanted.classes.items()
    found = checked_labels(labels, _read(labels, (), wanted.most), len(pixels), classes)
    return Block(pixels.reshape(-1, *wanted.shape), {name: found})


def _read(path: Path, each: tuple[int, ...], most: int) -> np.ndarray:
    """uint8, (n, *each). Its size is known from the header before any memory is taken for it."""
    with readable(path), gzip.open(path) as file:
        zeros, kind, dimensions = struct.unpack(">HBB", file.read(4))
        if zeros or kind != _UNSIGNED_BYTES or dimensions > 3:
            raise ValueError("no idx file of bytes")
        shape = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
        check_array(path, shape, np.uint8, each, most)
        data = file.read(int(np.prod(shape)))
        if len(data) < np.prod(shape) or file.read(1):  # the second read also compares gzip's own checksum
            raise ValueError(f"not {' × '.join(map(str, shape))} bytes")
    return np.frombuffer(data, np.uint8).reshape(shape)
