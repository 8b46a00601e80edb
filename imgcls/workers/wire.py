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
_DTYPES = {"uint8", "int32", "int64", "float32", "float64", "bool"}


@dataclass
class Message:
    """A header and arrays."""

    header: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message and flush."""
    arrays = {name: np.ascontiguousarray(array) for name, array in message.arrays.items()}
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
    header = json.loads(data)
    arrays: dict[str, np.ndarray] = {}
    for name, dtype, shape in header.pop("arrays"):
        array = _array(stream, dtype, shape)
        if array is None:
            return None
        arrays[name] = array
    return Message(header, arrays)


def _array(stream: IO[bytes], dtype: str, shape: list[int]) -> np.ndarray | None:
    size = math.prod(shape) * np.dtype(dtype).itemsize if dtype in _DTYPES else MOST_ARRAY + 1
    if not 0 <= size <= MOST_ARRAY:
        raise ValueError("not a message")
    data = _exactly(stream, size)
    return None if data is None else np.frombuffer(data, dtype).reshape(shape)


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
