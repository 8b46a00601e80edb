"""Messages between the server and a worker: a JSON header and raw arrays. Nothing is pickled.

One message: 4 bytes, the header's length; the header, JSON with an `arrays` list of name, dtype and
shape; then the bytes of the arrays in that order.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

#: Larger headers or messages are nonsense: two channels out of step.
MOST_HEADER, MOST_ARRAY = 64 * 2**20, 2**30
PART = 2**20
_DTYPES = {"uint8", "int32", "int64", "float32", "float64", "bool"}


@dataclass
class Message:
    """A header and arrays."""

    header: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message and flush.

    Raises:
        ValueError: an array of another type than the other side takes; nothing has been written.
    """
    arrays = {name: np.asarray(array, order="C") for name, array in message.arrays.items()}
    for name, array in arrays.items():
        if str(array.dtype) not in _DTYPES:
            raise ValueError(f"expected {name} to be one of {sorted(_DTYPES)}. Received: {array.dtype}")
    listing = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    header = json.dumps({**message.header, "arrays": listing}).encode()
    stream.write(struct.pack(">I", len(header)) + header)
    for array in arrays.values():
        stream.write(array.tobytes())
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Read one message; None at the end of the stream.

    Raises:
        ValueError: what came is not a message.
    """
    prefix = _exactly(stream, 4)
    if prefix is None:
        return None
    (length,) = struct.unpack(">I", prefix)
    if length > MOST_HEADER:
        raise ValueError("not a message")
    data = _exactly(stream, length)
    if data is None:
        return None
    header, listing = _parsed(data)
    arrays: dict[str, np.ndarray] = {}
    for name, dtype, shape in listing:
        array = _array(stream, dtype, shape)
        if array is None:
            return None
        arrays[name] = array
    return Message(header, arrays)


def _parsed(data: bytes) -> tuple[dict[str, Any], list[tuple[str, str, list[int]]]]:
    """The header, and name, dtype and shape of each array, all of the types they should have."""
    try:
        header = json.loads(data)
        listing = [(name, dtype, shape) for name, dtype, shape in header.pop("arrays")]
        for name, dtype, shape in listing:
            sizes = [size for size in shape if type(size) is int and size >= 0]
            if not isinstance(name, str) or dtype not in _DTYPES or sizes != shape:
                raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError("not a message") from None
    return header, listing


def _array(stream: IO[bytes], dtype: str, shape: list[int]) -> np.ndarray | None:
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > MOST_ARRAY:
        raise ValueError("not a message")
    data = _exactly(stream, size)
    return None if data is None else np.frombuffer(data, dtype).reshape(shape)


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    parts = []
    while count:
        part = stream.read(min(count, PART))  # a claim of a gigabyte must not cost one before it has come
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
