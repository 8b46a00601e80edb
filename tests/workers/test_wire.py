"""Messages between two processes: what is sent arrives, and nonsense neither hurts nor hangs."""

from __future__ import annotations

import io
import json
import random
import struct
import tracemalloc

import numpy as np
import pytest

from imgcls.workers.wire import MOST_ARRAY, MOST_HEADER, Message, receive, send


def sent(message: Message) -> bytes:
    stream = io.BytesIO()
    send(stream, message)
    return stream.getvalue()


def framed(header: object, body: bytes = b"") -> bytes:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(data)) + data + body


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4), (1, 1, 1, 1)])
def test_arrays_arrive_as_they_were(dtype, shape):
    array = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    found = receive(io.BytesIO(sent(Message({"id": 1}, {"a": array}))))
    assert found.header == {"id": 1}
    assert found.arrays["a"].dtype == dtype
    assert found.arrays["a"].shape == shape
    np.testing.assert_array_equal(found.arrays["a"], array)


def test_non_contiguous_arrays():
    array = np.arange(60).reshape(3, 4, 5)
    views = {
        "turned": array.T,
        "reversed": array[:, ::-1],
        "every": array[::2, :, 1::2],
        "fortran": np.asfortranarray(array),
    }
    found = receive(io.BytesIO(sent(Message({}, views))))
    for name, view in views.items():
        np.testing.assert_array_equal(found.arrays[name], view)


def test_not_a_number_and_the_extremes():
    array = np.array([np.nan, np.inf, -np.inf, -0.0, np.finfo(np.float32).max], np.float32)
    found = receive(io.BytesIO(sent(Message({}, {"a": array})))).arrays["a"]
    assert found.tobytes() == array.tobytes()


def test_header_keeps_words_of_any_language():
    header = {"id": 3, "text": "数字 – “7”\n", "nested": {"list": [1, None, True, 0.5]}}
    assert receive(io.BytesIO(sent(Message(header)))) == Message(header, {})


def test_several_messages_on_one_stream():
    stream = io.BytesIO(b"".join(sent(Message({"id": number}, {"a": np.arange(number)})) for number in range(5)))
    for number in range(5):
        found = receive(stream)
        assert found.header["id"] == number
        assert len(found.arrays["a"]) == number
    assert receive(stream) is None


class Dripping(io.RawIOBase):
    """A pipe that gives a byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(1, size))


def test_message_that_comes_in_pieces():
    found = receive(Dripping(sent(Message({"id": 7}, {"a": np.arange(10)}))))
    assert found.header == {"id": 7}
    assert found.arrays["a"].tolist() == list(range(10))


@pytest.mark.parametrize(
    "array", [np.array(["text"]), np.array([object()]), np.zeros(2, np.float16), np.zeros(2, ">f4")]
)
def test_array_of_another_type_is_refused_before_anything_is_written(array):
    stream = io.BytesIO()
    with pytest.raises(ValueError, match="expected a to be one of"):
        send(stream, Message({"id": 1}, {"fine": np.zeros(3), "a": array}))
    assert stream.getvalue() == b""


def test_truncated_anywhere_is_the_end():
    whole = sent(Message({"id": 1, "text": "abc"}, {"a": np.arange(6), "b": np.zeros((2, 2), np.float32)}))
    for length in range(len(whole)):
        assert receive(io.BytesIO(whole[:length])) is None


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        [],
        "text",
        5,
        None,
        {},
        {"arrays": None},
        {"arrays": 5},
        {"arrays": {"a": 1}},
        {"arrays": ["abc"]},
        {"arrays": [["a", "uint8"]]},
        {"arrays": [["a", "uint8", 4]]},
        {"arrays": [["a", "uint8", "4"]]},
        {"arrays": [["a", "uint8", [1.5]]]},
        {"arrays": [["a", "uint8", [True]]]},
        {"arrays": [["a", "uint8", [None]]]},
        {"arrays": [["a", "uint8", [-1]]]},
        {"arrays": [["a", "uint8", [-2, -2]]]},
        {"arrays": [["a", "uint8", [[2]]]]},
        {"arrays": [["a", "object", [1]]]},
        {"arrays": [["a", "O", [1]]]},
        {"arrays": [["a", "U1000000000", [1]]]},
        {"arrays": [["a", "<f4", [1]]]},
        {"arrays": [["a", ["uint8"], [1]]]},
        {"arrays": [["a", None, [1]]]},
        {"arrays": [[5, "uint8", [1]]]},
        {"arrays": [[["a"], "uint8", [1]]]},
        {"arrays": [["a", "uint8", [MOST_ARRAY + 1]]]},
        {"arrays": [["a", "float64", [2**62, 2**62]]]},
        {"arrays": [["a", "uint8", [1] * 65]]},
    ],
    ids=lambda header: str(header)[:40],
)
def test_nonsense_is_no_message(header):
    with pytest.raises(ValueError, match=r"not a message|maximum supported dimension"):
        receive(io.BytesIO(framed(header, b"x" * 64)))


def test_header_longer_than_any_is_refused_unread():
    stream = io.BytesIO(struct.pack(">I", MOST_HEADER + 1) + b"x" * 100)
    with pytest.raises(ValueError, match="not a message"):
        receive(stream)
    assert stream.tell() == 4


class Boundless(io.RawIOBase):
    """Says how much it was asked for at once."""

    def __init__(self, data: bytes) -> None:
        self._stream, self.most = io.BytesIO(data), 0

    def read(self, size: int = -1) -> bytes:
        self.most = max(self.most, size)
        return self._stream.read(size)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", MOST_HEADER) + b"{}",
        framed({"arrays": [["a", "uint8", [MOST_ARRAY]]]}, b"x"),
        framed({"arrays": [[str(number), "float64", [MOST_ARRAY // 8]] for number in range(50)]}, b"x"),
    ],
    ids=["header", "array", "fifty arrays"],
)
def test_claims_cost_no_memory(data):
    """A buffered pipe allocates what it is asked for: a gigabyte is only asked for as it comes."""
    stream = Boundless(data)
    tracemalloc.start()
    assert receive(stream) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.most <= 2**20
    assert peak < 4 * 2**20


def test_two_thousand_mutants_end_in_words():
    rng = random.Random(3)
    whole = sent(Message({"id": 1, "operation": "predict"}, {"images": np.zeros((2, 3, 3, 1), np.uint8)}))
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            found = receive(io.BytesIO(bytes(data)))
        except ValueError:
            continue
        assert found is None or isinstance(found, Message)
