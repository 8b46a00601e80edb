"""Pickles are read as plain values; what they would have others do is refused by name, and not done."""

from __future__ import annotations

import io
import os
import pickle
from typing import Any

import pytest

from imgcls.restricted_pickle import BROKEN, ForbiddenError, Machine, Name, run


def read(data: bytes, machine: Machine | None = None) -> Any:
    return run(io.BytesIO(data), machine or Machine())


class Deed:
    """Pickled, it is a call; whoever unpickles it leaves a trace."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call[0], self.call[1:]


class Two(Machine):
    """Allows one name, and notes its calls."""

    allowed = frozenset(["posix system", "nt system"])

    def called(self, name: Any, arguments: Any) -> Any:
        return {"called": (name, arguments)}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        255,
        65_535,
        -1,
        2**31 - 1,
        2**200,
        "ä",
        (),
        (1,),
        (1, 2),
        (1, 2, 3),
        (1, 2, 3, 4),
        [],
        [1, [2, ["three"]]],
        {"a": 1, "b": [None, {"c": ()}]},
        list(range(3000)),
        {str(number): number for number in range(3000)},
    ],
    ids=lambda value: str(value)[:20],
)
def test_plain_values_are_what_pythons_own_reader_makes_of_them(value):
    data = pickle.dumps(value, protocol=2)
    assert read(data) == pickle.loads(data) == value
    assert type(read(data)) is type(value)


def test_one_value_in_two_places_is_one():
    shared = [1]
    found = read(pickle.dumps({"a": shared, "b": shared}, protocol=2))
    assert found["a"] is found["b"]


def test_a_stream_is_left_behind_the_pickle():
    stream = io.BytesIO(pickle.dumps("first", protocol=2) + pickle.dumps("second", protocol=2) + b"rest")
    assert (run(stream, Machine()), run(stream, Machine()), stream.read()) == ("first", "second", b"rest")


@pytest.mark.parametrize("protocol", range(6))
def test_a_call_is_refused_and_not_made(protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ForbiddenError, *BROKEN)):
        read(pickle.dumps(Deed(os.system, "touch trace"), protocol=protocol))
    assert list(tmp_path.iterdir()) == []


def test_an_allowed_name_is_a_text_and_its_call_what_the_machine_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = read(pickle.dumps(Deed(os.system, "touch trace"), protocol=2), Two())
    assert found == {"called": (Name(f"{os.name} system"), ("touch trace",))}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"cos\nsystem\n.", "os system"),
        (b"cposix\nsystem.x\n.", "posix system.x"),
        (b"X\x02\0\0\0osX\x06\0\0\0system\x93.", "STACK_GLOBAL"),
        (b"(ios\nsystem\n.", "INST"),
        (b"}}b.", "BUILD"),
        (b"N)R.", "REDUCE"),
        (b"N)\x81.", "NEWOBJ"),
        (b"NQ.", "BINPERSID"),
        (b"U\x01a.", "SHORT_BINSTRING"),
        (b"G\0\0\0\0\0\0\0\0.", "BINFLOAT"),
    ],
)
def test_what_is_not_allowed_is_named(data, named):
    with pytest.raises(ForbiddenError) as refused:
        read(data)
    assert str(refused.value) == named


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x02",
        b".",
        b"t.",
        b"s.",
        b"h\x05.",
        b"](K\x01a.",
        b"N(K\x01e.",
        b"](K\x01u.",
        b"}(K\x01K\x01u.",
        b"\xff.",
    ],
)
def test_a_broken_program_is_broken_and_no_more(data):
    with pytest.raises(BROKEN):
        read(data)


def test_keys_that_take_for_ever_are_not_hashed():
    nested = b")q\x00" + b"h\x00h\x00\x86q\x00" * 200
    with pytest.raises(TypeError):
        read(b"}" + nested + b"Ns.")
