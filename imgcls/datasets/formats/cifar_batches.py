"""The format of CIFAR: pickles that Python 2 wrote, of a dict with the pixels, labels and file names of many images.

https://www.cs.toronto.edu/~kriz/cifar.html. They are read by `imgcls.restricted_pickle`: an array of bytes is all that
is ever made of what they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from imgcls.datasets.formats.block import Block, DamagedFileError, Wanted, check_array, checked_labels, readable
from imgcls.language import N_
from imgcls.restricted_pickle import ForbiddenError, Machine, Name, run

_ARRAY, _TYPE, _ENCODE = "numpy ndarray", "numpy dtype", "_codecs encode"
#: numpy 2 calls its core `_core`.
_MADE = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")

FORBIDDEN = N_(
    "The data set {name} cannot be read: “{path}” is refused. Expected pixels and labels and nothing else. Received a "
    "file that asks for “{received}”; it is not read any further."
)


def read_batch(stream: IO[bytes], path: Path, wanted: Wanted) -> Block:
    """The images of one pickle.

    Args:
        stream: the pickle.
        path: how the file is called in messages.
        wanted: the names of its labellings are the dict's keys.

    Raises:
        DamagedFileError: it is damaged, holds something else, or asks for anything but pixels and labels.
    """
    with readable(path):
        try:
            found = run(stream, _Batch())
        except ForbiddenError as error:
            raise DamagedFileError(FORBIDDEN, path, received=str(error)[:80]) from None
        pixels = found[b"data"].array()
        height, width, channels = wanted.shape
        check_array(path, pixels.shape, pixels.dtype, (height * width * channels,), wanted.most)
        labels = {
            name: checked_labels(path, found[name.encode("ascii")], len(pixels), count)
            for name, count in wanted.classes.items()
        }
    # all reds of an image, then its greens, then its blues
    return Block(pixels.reshape(-1, channels, height, width).transpose(0, 2, 3, 1), labels)


@dataclass(frozen=True)
class _Bytes:
    """The one kind of number that there is."""


@dataclass
class _Array:
    """An array that is described in two steps, as pickles do."""

    shape: tuple[int, ...] = ()
    data: bytes | None = None
    order: Any = "C"

    def array(self) -> np.ndarray:
        if self.data is None:
            raise ValueError("no pixels")
        return np.frombuffer(self.data, np.uint8).reshape(self.shape, order=self.order)


class _Batch(Machine):
    """What CIFAR's pickles are made of."""

    allowed = frozenset((_ARRAY, _TYPE, _ENCODE, *_MADE))
    # Python 2's texts are bytes; `pickletools` hands them out as Latin-1
    more: ClassVar = dict.fromkeys(
        ("SHORT_BINSTRING", "BINSTRING"), lambda machine, text: machine.push(text.encode("latin-1"))
    )

    def called(self, name: Any, arguments: Any) -> Any:
        """Of the four that are allowed: an array, the kind of its numbers, and bytes as Python 3 writes them."""
        if name in [Name(one) for one in _MADE] and arguments[:1] == (Name(_ARRAY),):
            return _Array()
        if name == Name(_TYPE) and arguments[0] in (b"u1", "u1"):
            return _Bytes()
        if name == Name(_ENCODE) and arguments[1] in (b"latin1", "latin1") and type(arguments[0]) is str:
            return arguments[0].encode("latin-1")
        raise ForbiddenError("REDUCE")

    def built(self, target: Any, state: Any) -> Any:
        if type(target) is _Bytes:  # its byte order and size, which bytes have none of
            return target
        if type(target) is not _Array:
            raise ForbiddenError("BUILD")
        _version, shape, kind, is_fortran, data = state
        if type(shape) is not tuple or any(type(side) is not int or side < 0 for side in shape):
            raise ValueError("no shape")
        if type(kind) is not _Bytes or type(data) is not bytes or len(shape) != 2 or shape[0] * shape[1] != len(data):
            raise ValueError("no array of bytes")
        target.shape, target.data, target.order = shape, data, "F" if is_fortran is True else "C"
        return target
