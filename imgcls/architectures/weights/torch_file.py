"""Weights in the format that PyTorch wrote before version 1.6, read without PyTorch and without unpickling.

Such a file is a row of pickles (magic number, protocol, machine, state dict, list of storages) and then the
numbers of each storage. A pickle is a program; the usual reader runs it, and with it whatever it names. Here
`pickletools` only splits it into instructions, and `_Machine` carries out the few that a state dict needs, on
plain values. A name in the file is compared with the names that are allowed and never looked up, so there is
nothing that could be called.

Not covered: the zip files of PyTorch 1.6 and later, views, sparse and quantized tensors, big-endian files.
"""

from __future__ import annotations

import io
import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.errors import CheckpointError
from imgcls.language import N_

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
    except _Forbidden as error:
        raise CheckpointError(FORBIDDEN, file=file, received=str(error)[:80]) from None
    # a broken program: an operand that is missing or of another kind, a key that cannot be one, no UTF-8
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        raise CheckpointError(DAMAGED, file=file) from None


class _Forbidden(Exception):
    """An instruction or a name that weights have no use for."""


@dataclass(frozen=True)
class _Name:
    """A name as it stands in the file, nothing more."""

    text: str


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
    machine = _Machine()
    for instruction, operand, _position in pickletools.genops(stream):
        if instruction.name != "STOP":
            if instruction.name not in _INSTRUCTIONS:
                raise _Forbidden(instruction.name)
            _INSTRUCTIONS[instruction.name](machine, operand)
    return machine.stack.pop()


class _Machine:
    """What the instructions of a pickle work on: a stack, the stacks below its marks, and a memo."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise IndexError("empty stack")
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def name(self, text: str) -> None:
        if text not in _ALLOWED:
            raise _Forbidden(text)
        self.push(_Name(text))

    def reduce(self) -> None:
        """A call in other readers; here one of two things is noted down."""
        name, arguments = self.pop(2)
        if name == _Name(_DICT) and arguments == ():
            self.push({})
        elif name == _Name(_TENSOR):
            self.push(_Tensor(*arguments[:4]))
        else:
            raise _Forbidden("REDUCE")

    def storage(self) -> None:
        kind, name, key, _place, count, view = self.stack.pop()
        if type(name) is not _Name or name.text not in _STORAGES:
            raise ValueError("no kind of storage")
        if kind != "storage" or type(key) is not str or type(count) is not int or count < 0 or view is not None:
            raise ValueError("no storage")
        self.push(_Storage(key, _STORAGES[name.text], count))

    def attributes(self) -> None:
        """PyTorch hangs version numbers onto the state dict; nobody here asks for them."""
        target, _state = self.pop(2)
        if type(target) is not dict:
            raise _Forbidden("BUILD")
        self.push(target)

    def items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        # texts alone: the hash of tuples nested a hundred times would take for ever
        if type(target) is not dict or any(type(key) is not str for key in pairs[::2]):
            raise TypeError("no dict of names")
        target.update(zip(pairs[::2], pairs[1::2], strict=True))

    def members(self, members: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise TypeError("no list")
        target.extend(members)

    def remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]


#: What each instruction does to the machine; one that is not here is refused.
_INSTRUCTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda machine, version: None,
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), _Machine.push),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "MARK": lambda machine, _: machine.mark(),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.pop_to_mark())),
    "TUPLE1": lambda machine, _: machine.push(tuple(machine.pop(1))),
    "TUPLE2": lambda machine, _: machine.push(tuple(machine.pop(2))),
    "TUPLE3": lambda machine, _: machine.push(tuple(machine.pop(3))),
    "SETITEM": lambda machine, _: machine.items(machine.pop(2)),
    "SETITEMS": lambda machine, _: machine.items(machine.pop_to_mark()),
    "APPEND": lambda machine, _: machine.members(machine.pop(1)),
    "APPENDS": lambda machine, _: machine.members(machine.pop_to_mark()),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda machine, place: machine.push(machine.memo[place])),
    "GLOBAL": _Machine.name,
    "REDUCE": lambda machine, _: machine.reduce(),
    "BINPERSID": lambda machine, _: machine.storage(),
    "BUILD": lambda machine, _: machine.attributes(),
}
