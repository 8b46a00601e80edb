"""Weights in the format that PyTorch wrote before version 1.6, read without PyTorch and without unpickling.

Such a file is a row of pickles (magic number, protocol, machine, state dict, list of storages) and then the
numbers of each storage. `imgcls.restricted_pickle` reads the pickles; here is what a state dict needs, on plain values.

Not covered: the zip files of PyTorch 1.6 and later, views, sparse and quantized tensors, big-endian files.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from imgcls.errors import CheckpointError
from imgcls.language import N_
from imgcls.restricted_pickle import BROKEN, ForbiddenError, Machine, Name, run

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001

_DICT = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_STORAGES: dict[str, np.dtype[Any]] = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
_ALLOWED = {_DICT, _TENSOR, *_STORAGES}

#: NumPy's own bound is 64; weights have at most four.
_DIMENSIONS_MAX = 8

FORBIDDEN = N_("Expected a file of weights and nothing else. {file} asks for “{received}” and is not read any further.")
DAMAGED = N_("Expected a whole file of weights as PyTorch wrote them before version 1.6. {file} is cut off or damaged.")


def read_tensors(data: bytes, file: str) -> dict[str, np.ndarray]:
    """The tensors of a state dict by name, in memory order, as they follow each other in the file.

    Args:
        data: the whole file.
        file: how it is called in messages.

    Raises:
        CheckpointError: the file asks for anything but tensors, or it is cut off or damaged.
    """
    stream = io.BytesIO(data)
    try:
        if (_run(stream), _run(stream)) != (MAGIC, PROTOCOL) or _run(stream)["little_endian"] is not True:
            raise ValueError("another format")
        tensors: dict[str, _Tensor] = _run(stream)
        announced = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
        numbers = _numbers(stream, announced, _run(stream))
        return {name: tensor.array(numbers[tensor.storage.key]) for name, tensor in tensors.items()}
    except ForbiddenError as error:
        raise CheckpointError(FORBIDDEN, file=file, received=str(error)[:80]) from None
    except BROKEN:
        raise CheckpointError(DAMAGED, file=file) from None


@dataclass(frozen=True)
class _Storage:
    """A row of `count` numbers that one or more tensors look at."""

    key: str
    dtype: np.dtype
    count: int


@dataclass(frozen=True)
class _Tensor:
    """Where in a storage the numbers of a tensor are, counted in numbers."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        """Every number must lie inside of the storage, and none may be repeated to fill the memory."""
        if not isinstance(self.storage, _Storage) or len(self.shape) != len(self.strides):
            raise TypeError("no tensor")
        if any(type(number) is not int or number < 0 for number in (self.offset, *self.shape, *self.strides)):
            raise ValueError("no tensor")
        reach = sum((side - 1) * stride for side, stride in zip(self.shape, self.strides, strict=True))
        fits = 0 <= self.offset + reach < self.storage.count and math.prod(self.shape) <= self.storage.count
        if len(self.shape) > _DIMENSIONS_MAX or 0 in self.shape or not fits:
            raise ValueError("outside of its storage")

    def array(self, numbers: np.ndarray) -> np.ndarray:
        steps = tuple(stride * numbers.itemsize for stride in self.strides)
        view = np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, steps, writeable=False)
        return np.array(view, order="C")


def _numbers(stream: io.BytesIO, announced: dict[str, _Storage], keys: list[str]) -> dict[str, np.ndarray]:
    """The storages: for each key a count (int64) and that many numbers, up to the end of the file."""
    found = {}
    for storage in [announced[key] for key in keys if type(key) is str]:
        count = int.from_bytes(stream.read(8), "little")
        data = stream.read(storage.count * storage.dtype.itemsize)
        if count != storage.count or len(data) != storage.count * storage.dtype.itemsize:
            raise ValueError("another count")
        found[storage.key] = np.frombuffer(data, storage.dtype)
    if found.keys() != announced.keys() or stream.read(1):
        raise ValueError("other storages")
    return found


def _run(stream: io.BytesIO) -> Any:
    """What the next pickle describes."""
    return run(stream, _StateDict())


class _StateDict(Machine):
    """What PyTorch's pickles are made of."""

    allowed = frozenset(_ALLOWED)
    more: ClassVar = {"BINPERSID": lambda machine, _: machine.storage()}

    def called(self, name: Any, arguments: Any) -> Any:
        """One of two things is noted down."""
        if name == Name(_DICT) and arguments == ():
            return {}
        if name == Name(_TENSOR):
            return _Tensor(*arguments[:4])
        raise ForbiddenError("REDUCE")

    def built(self, target: Any, state: Any) -> Any:
        """PyTorch hangs version numbers onto the state dict; nobody here asks for them."""
        if type(target) is not dict:
            raise ForbiddenError("BUILD")
        return target

    def storage(self) -> None:
        kind, name, key, _place, count, view = self.stack.pop()
        if type(name) is not Name or name.text not in _STORAGES:
            raise ValueError("no kind of storage")
        if kind != "storage" or type(key) is not str or type(count) is not int or count < 0 or view is not None:
            raise ValueError("no storage")
        self.push(_Storage(key, _STORAGES[name.text], count))
