"""A file of weights is read as numbers, and nothing that it asks for is done."""

from __future__ import annotations

import os
import pickle
import struct
from typing import Any

import numpy as np
import pytest

from imgcls.architectures.weights.torch_file import MAGIC, PROTOCOL, read_tensors
from imgcls.errors import CheckpointError

MACHINE = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}

# -- a little assembler: the instructions of a state dict, as torch 1.5 wrote them


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(*values: int) -> bytes:
    return b"(" + b"".join(number(value) for value in values) + b"t"


def name(module: str, attribute: str) -> bytes:
    return b"c" + f"{module}\n{attribute}\n".encode()


DICT = name("collections", "OrderedDict") + b")R"


def storage(key: str, count: int, kind: str = "FloatStorage", module: str = "torch") -> bytes:
    return b"(" + text("storage") + name(module, kind) + text(key) + text("cpu") + number(count) + b"NtQ"


def tensor(place: bytes, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    arguments = place + number(offset) + numbers(*shape) + numbers(*strides) + b"\x89" + DICT
    return name("torch._utils", "_rebuild_tensor_v2") + b"(" + arguments + b"tR"


def state(**tensors: bytes) -> bytes:
    return b"\x80\x02" + DICT + b"(" + b"".join(text(key) + code for key, code in tensors.items()) + b"u."


def file(
    described: bytes,
    storages: dict[str, np.ndarray],
    magic: Any = MAGIC,
    protocol: Any = PROTOCOL,
    machine: Any = MACHINE,
) -> bytes:
    heads = b"".join(pickle.dumps(value, protocol=2) for value in (magic, protocol, machine))
    keys = pickle.dumps(list(storages), protocol=2)
    rows = b"".join(struct.pack("<q", row.size) + row.tobytes() for row in storages.values())
    return heads + described + keys + rows


ROW = np.arange(12, dtype="<f4")


def one(code: bytes) -> bytes:
    """A file with one tensor `w`, described by `code`, and the storage `a` of twelve numbers."""
    return file(state(w=code), {"a": ROW})


# -- what is read


def test_tensors_of_every_shape_share_and_do_not_share_their_storage():
    described = state(
        rows=tensor(storage("a", 12), 0, (3, 4), (4, 1)),
        columns=tensor(storage("a", 12), 0, (4, 3), (1, 4)),
        inner=tensor(storage("a", 12), 5, (2, 2), (4, 1)),
        steps=tensor(storage("b", 1, "LongStorage"), 0, (), ()),
    )
    found = read_tensors(file(described, {"b": np.array([7], "<i8"), "a": ROW}), "small.pth")
    assert list(found) == ["rows", "columns", "inner", "steps"]
    wanted = ROW.reshape(3, 4)
    np.testing.assert_array_equal(found["rows"], wanted)
    np.testing.assert_array_equal(found["columns"], wanted.T)
    np.testing.assert_array_equal(found["inner"], [[5, 6], [9, 10]])
    assert found["steps"] == 7
    assert found["steps"].dtype == np.int64
    assert all(array.flags.c_contiguous and array.flags.writeable for array in found.values())


def test_version_numbers_hung_onto_the_dict_are_passed_over():
    described = state(w=tensor(storage("a", 12), 0, (12,), (1,)))[:-1]
    described += b"}" + text("_metadata") + DICT + text("") + b"}" + text("version") + number(1) + b"sssb."
    np.testing.assert_array_equal(read_tensors(file(described, {"a": ROW}), "small.pth")["w"], ROW)


# -- what is refused, and never done

PROTOCOL_PICKLE = pickle.dumps(PROTOCOL, protocol=2)


class Deed:
    """Pickled, it is a call; whoever unpickles it leaves a trace."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call[0], self.call[1:]


@pytest.fixture
def trace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "trace"
    assert not (tmp_path / "trace").exists()


CALLS = {
    "a shell": (os.system, "touch trace"),
    "an expression": (eval, "open('trace', 'w')"),
    "a file": (open, "trace", "w"),
    "an import": (__import__, "antigravity"),
    "an attribute": (getattr, "x", "join"),
}


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("place", ["magic", "protocol", "machine", "state", "in the state", "storages"])
def test_no_call_is_made_wherever_it_stands(trace, call, protocol, place):
    deed = pickle.dumps(Deed(*call), protocol=protocol)
    good = state(w=tensor(storage("a", 12), 0, (12,), (1,)))
    data = {
        "magic": deed,
        "protocol": file(good, {"a": ROW}).replace(PROTOCOL_PICKLE, deed, 1),
        "machine": file(good, {"a": ROW}).replace(pickle.dumps(MACHINE, protocol=2), deed, 1),
        "state": file(deed, {"a": ROW}),
        "in the state": one(deed.removeprefix(pickle.PROTO + bytes([protocol])).rstrip(b".")),
        "storages": file(good + deed, {"a": ROW}),
    }[place]
    with pytest.raises(CheckpointError):
        read_tensors(data, "strange.pth")


FORBIDDEN = {
    "another name": (name("os", "system"), "os system"),
    "a name's beginning": (name("torch", "FloatStorage.__init__"), "torch FloatStorage.__init__"),
    "a name from the stack": (text("os") + text("system") + b"\x93", "STACK_GLOBAL"),
    "another storage": (tensor(storage("a", 12, "HalfStorage"), 0, (12,), (1,)), "torch HalfStorage"),
    "a storage of another module": (tensor(storage("a", 12, module="evil"), 0, (12,), (1,)), "evil FloatStorage"),
    "a dict with content": (name("collections", "OrderedDict") + b"(]tR", "REDUCE"),
    "a storage called": (name("torch", "FloatStorage") + b")R", "REDUCE"),
    "a call of a call": (DICT + b")R", "REDUCE"),
    "a call of a text": (text("eval") + text("1") + b"\x85R", "REDUCE"),
    "a new object": (name("collections", "OrderedDict") + b")\x81", "NEWOBJ"),
    "an object of old": (b"(" + name("collections", "OrderedDict") + b"o", "OBJ"),
    "an instance": (b"(ios\nsystem\n", "INST"),
    "an extension": (b"\x82\x01", "EXT1"),
    "a storage by its name": (b"Pos.system\n", "PERSID"),
    "attributes of a name": (name("collections", "OrderedDict") + b"}b", "BUILD"),
    "attributes of a tensor": (tensor(storage("a", 12), 0, (12,), (1,)) + b"}b", "BUILD"),
}


@pytest.mark.parametrize(("code", "received"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_weights_have_no_use_for_is_refused_by_name(code, received):
    with pytest.raises(CheckpointError, match="Expected a file of weights and nothing else") as raised:
        read_tensors(one(code), "strange.pth")
    assert raised.value.values == {"file": "strange.pth", "received": received}


DAMAGED = {
    "offset beyond the end": tensor(storage("a", 12), 12, (1,), (1,)),
    "shape beyond the end": tensor(storage("a", 12), 0, (13,), (1,)),
    "strides beyond the end": tensor(storage("a", 12), 0, (3, 4), (4, 2)),
    "negative offset": tensor(storage("a", 12), -1, (2,), (1,)),
    "negative strides": tensor(storage("a", 12), 11, (12,), (-1,)),
    "negative shape": tensor(storage("a", 12), 0, (-1,), (1,)),
    "no numbers": tensor(storage("a", 12), 0, (0,), (1,)),
    "one number a billion times": tensor(storage("a", 12), 0, (2**15, 2**15), (0, 0)),
    "a shape without strides": tensor(storage("a", 12), 0, (3, 4), (1,)),
    "nine dimensions": tensor(storage("a", 12), 0, (1,) * 9, (1,) * 9),
    "a text as offset": name("torch._utils", "_rebuild_tensor_v2")
    + b"("
    + storage("a", 12)
    + text("0")
    + numbers(12)
    + numbers(1)
    + b"\x89Nt"
    + b"R",
    "no storage": name("torch._utils", "_rebuild_tensor_v2") + b"(N" + number(0) + numbers(1) + numbers(1) + b"tR",
    "too few arguments": name("torch._utils", "_rebuild_tensor_v2") + b")R",
    "a storage that is not there": tensor(storage("z", 12), 0, (12,), (1,)),
    "a longer storage": tensor(storage("a", 13), 0, (12,), (1,)),
    "a shorter storage": tensor(storage("a", 11), 0, (11,), (1,)),
    "a negative storage": tensor(storage("a", -12), 0, (1,), (1,)),
    "numbers of another size": tensor(storage("a", 12, "LongStorage"), 0, (12,), (1,)),
    "a kind that is no storage": b"(" + text("module") + name("torch", "FloatStorage") + text("a") * 2 + b"K\x0cNtQ",
    "a storage that is a dict": tensor(storage("a", 12, "OrderedDict", "collections"), 0, (12,), (1,)),
    "a short description": b"(" + text("storage") + b"tQ",
    "no tensor": number(3),
    "nothing": b"",
    "a memory that is empty": b"h\x07",
    "a mark that is missing": b"t",
    "an empty stack": b"R" * 5,
    "no text": b"X\x02\0\0\0\xff\xfe",
    "a text without end": b"X\xff\xff\xff\x7fab",
    "an unknown instruction": b"\xfe",
}


@pytest.mark.parametrize("code", DAMAGED.values(), ids=DAMAGED)
def test_numbers_that_are_not_there_are_refused(code):
    with pytest.raises(CheckpointError, match=r"strange\.pth is cut off or damaged"):
        read_tensors(one(code), "strange.pth")


def test_keys_that_take_for_ever_are_not_hashed():
    nested = b")q\x00" + b"h\x00h\x00\x86q\x00" * 200
    with pytest.raises(CheckpointError):
        read_tensors(file(b"\x80\x02" + DICT + nested + b"Ns.", {"a": ROW}), "strange.pth")
    good = state(w=tensor(storage("a", 12), 0, (12,), (1,)))
    with pytest.raises(CheckpointError):
        read_tensors(file(good + b"\x80\x02]" + nested + b"a.", {"a": ROW}), "strange.pth")


GOOD = one(tensor(storage("a", 12), 0, (3, 4), (4, 1)))


@pytest.mark.parametrize(
    "other",
    [
        {"magic": 1},
        {"magic": "torch"},
        {"protocol": 1000},
        {"machine": {**MACHINE, "little_endian": False}},
        {"machine": {}},
        {"machine": []},
    ],
    ids=str,
)
def test_another_format_is_refused(other):
    with pytest.raises(CheckpointError, match="is cut off or damaged"):
        read_tensors(file(state(w=tensor(storage("a", 12), 0, (12,), (1,))), {"a": ROW}, **other), "other.pth")


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"PK\x03\x04" + bytes(100), b"\x89HDF\r\n\x1a\n", b"\0" * 1000, b"weights"]
)
def test_another_kind_of_file_is_refused(data):
    with pytest.raises(CheckpointError):
        read_tensors(data, "other.pth")


def test_a_file_cut_off_anywhere_or_with_something_behind_it_is_refused():
    assert set(read_tensors(GOOD, "good.pth")) == {"w"}
    for end in range(len(GOOD)):
        with pytest.raises(CheckpointError):
            read_tensors(GOOD[:end], "cut.pth")
    with pytest.raises(CheckpointError):
        read_tensors(GOOD + b"\0", "long.pth")


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_a_changed_byte_gives_other_numbers_or_a_refusal_and_nothing_else():
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(2000):
        data = bytearray(GOOD)
        for place in random.integers(0, len(data), random.integers(1, 4)):
            data[place] = random.integers(0, 256)
        try:
            read_tensors(bytes(data), "changed.pth")
        except CheckpointError:
            refused += 1
    assert 1000 < refused < 2000
