"""Files are there whole or not at all, whatever the disk does, and the message says what it did."""

from __future__ import annotations

import errno
import hashlib
import os
import threading

import numpy as np
import pytest

from imgcls.atomic import disk_errors, read_arrays, read_json, write_arrays, write_bytes, write_json
from imgcls.errors import PlaceError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "数据 1.json"


# -- there and back


@pytest.mark.parametrize("data", [{"a": [1, 2.5, None, True]}, [], "“x”\n", 0, {"路": "径"}])
def test_json_there_and_back(file, data):
    write_json(file, data)
    assert read_json(file) == data
    write_json(file, {"new": 1}, durable=False)
    assert read_json(file) == {"new": 1}
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"nul", b'{"a": 1} x', b"[" * 100_000])
def test_damaged_json_is_none(file, content):
    file.write_bytes(content)
    assert read_json(file) is None


def test_missing_json_is_none(file, tmp_path):
    assert read_json(file) is None
    assert read_json(tmp_path) is None
    assert read_json(file / "below") is None


def test_what_is_no_number_in_json_is_refused_before_anything_is_touched(file):
    write_json(file, 1)
    with pytest.raises(ValueError, match="JSON"):
        write_json(file, {"loss": float("nan")})
    assert read_json(file) == 1
    assert os.listdir(file.parent) == [file.name]


def test_arrays_there_and_back(tmp_path):
    arrays = {
        "a-1": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "b": np.float32([np.nan, 1]),
        "empty": np.zeros((0, 3)),
    }
    digest = write_arrays(tmp_path / "x.npz", arrays)
    assert hashlib.sha256((tmp_path / "x.npz").read_bytes()).hexdigest() == digest
    back = read_arrays(tmp_path / "x.npz")
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)
    assert write_arrays(tmp_path / "y.npz", arrays) == digest


def test_arrays_are_never_unpickled(tmp_path):
    write_arrays(tmp_path / "x.npz", {"a": np.array([{"object": 1}], object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        read_arrays(tmp_path / "x.npz")


@pytest.mark.parametrize("cut", [0, 1, 30, 200, -30, -1])
def test_damaged_arrays_are_one_kind_of_error(cut, tmp_path):
    write_arrays(tmp_path / "x.npz", {"a": np.arange(100)})
    data = (tmp_path / "x.npz").read_bytes()
    (tmp_path / "x.npz").write_bytes(data[:cut])
    with pytest.raises(ValueError, match=r"\S"):
        read_arrays(tmp_path / "x.npz")
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "y.npz")


# -- a disk that fails


@pytest.mark.parametrize("durable", [True, False])
def test_reader_sees_old_or_new_whatever_fails(file, fault, sweep, durable):
    old, new = b"old" * 1000, b"new" * 1000

    def check(succeeded: bool) -> None:
        assert file.read_bytes() == (new if succeeded else old)
        leftovers = [name for name in os.listdir(file.parent) if name != file.name]
        assert not leftovers or fault is None  # only a killed process leaves a draft behind
        for name in leftovers:
            (file.parent / name).unlink()

    operations = sweep(
        fault,
        prepare=lambda: file.write_bytes(old),
        attempt=lambda: write_bytes(file, new, durable),
        check=check,
    )
    assert operations == (4 if durable else 3)  # draft, write, fsync, rename


def test_a_new_file_is_there_whole_or_not(file, fault, sweep):
    def check(succeeded: bool) -> None:
        assert read_json(file) == ({"a": 1} if succeeded else None)
        assert file.exists() == succeeded

    sweep(fault, prepare=lambda: None, attempt=lambda: write_json(file, {"a": 1}), check=check)


def test_a_draft_that_cannot_be_deleted_does_not_hide_the_cause(file, disk, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "unlink", refuse)
    disk.plan(2, errno.ENOSPC)
    with pytest.raises(PlaceError, match="disk is full"):
        write_bytes(file, b"data")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_kind_of_full_is_called_full(file, number):
    with pytest.raises(PlaceError, match="The disk is full") as refused, disk_errors(file):
        raise OSError(number, os.strerror(number))
    assert str(file) in str(refused.value)
    assert refused.value.exit_code == 2


def test_other_causes_are_named(file):
    with pytest.raises(PlaceError, match="Read-only file system"), disk_errors(file):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    with pytest.raises(PlaceError, match="OSError"), disk_errors(file):
        raise OSError("no number")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(PlaceError, match="No such file or directory"):
        write_bytes(tmp_path / "gone" / "file", b"")


def test_a_real_full_disk():
    with pytest.raises(PlaceError, match="The disk is full"), disk_errors("/dev/full"), open("/dev/full", "wb") as full:
        full.write(b"x")


def test_what_is_no_fault_of_the_disk_passes_through(file):
    with pytest.raises(ZeroDivisionError), disk_errors(file):
        raise ZeroDivisionError


def test_a_reader_beside_a_writer_never_sees_a_torn_file(file):
    write_json(file, [0] * 5000)
    done, seen = threading.Event(), []

    def write() -> None:
        for number in range(200):
            write_json(file, [number] * 5000, durable=False)
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        data = read_json(file)
        seen.append(len(set(data or [])) == 1 and len(data) == 5000)
    thread.join()
    assert seen
    assert all(seen)


def test_only_some_arrays_are_read(tmp_path):
    write_arrays(tmp_path / "x.npz", {"a": np.arange(3), "b": np.arange(5)})
    assert list(read_arrays(tmp_path / "x.npz", only=("b", "c"))) == ["b"]
