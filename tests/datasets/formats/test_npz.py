"""mnist.npz, and whatever else is called so."""

from __future__ import annotations

import io
import pickle
import re
import zipfile

import numpy as np
import pytest

from imgcls.datasets.formats.block import DamagedFileError, Wanted
from imgcls.datasets.formats.npz import read_npz

WANTED = Wanted((28, 28, 1), {"labels": 10}, 60)
RANDOM = np.random.default_rng(0)
GOOD = {
    "x_train": RANDOM.integers(0, 256, (60, 28, 28), np.uint8),
    "y_train": np.arange(60, dtype=np.uint8) % 10,
    "x_test": RANDOM.integers(0, 256, (20, 28, 28), np.uint8),
    "y_test": np.arange(20, dtype=np.uint8) % 10,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mnist.npz"


def said(error: DamagedFileError) -> str:
    return error.template.format(name="it", **error.values)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, ">i4"])
def test_both_halves_as_they_were_written(path, save, kind):
    """Labels may be integers of any width: people pack the file anew."""
    save(path, **{name: array.astype(kind) if name[0] == "y" else array for name, array in GOOD.items()})
    halves = read_npz(path, WANTED, 20)
    for half, (block,) in (("train", halves.train), ("test", halves.test)):
        np.testing.assert_array_equal(block.images, GOOD[f"x_{half}"][..., None])
        np.testing.assert_array_equal(block.labels["labels"], GOOD[f"y_{half}"])
        assert block.labels["labels"].dtype == np.int64


OTHER = {
    "floats": ({"x_train": GOOD["x_train"].astype(np.float32)}, r"Received: 60 × 28 × 28 \(float32\)"),
    "rows": (
        {"x_test": GOOD["x_test"].reshape(20, 784)},
        r"array of n × 28 × 28 \(uint8\)\. Received: 20 × 784",
    ),
    "a number": ({"x_test": np.uint8(3)}, r"Received: 1 \(uint8\)"),
    "too many": ({"x_test": GOOD["x_train"]}, r"Expected 1 to 20 images\. Received: 60"),
    "fewer labels": ({"y_train": GOOD["y_train"][:7]}, r"a label for each of 60 images\. Received: 7 labels"),
    "one-hot labels": (
        {"y_train": np.eye(10, dtype="u1")[GOOD["y_train"]]},
        r"array of n\. Received: 60 × 10 \(uint8\)",
    ),
    "labels from 1": ({"y_test": GOOD["y_test"] + np.uint8(1)}, r"Expected labels from 0 to 9\. Received: 10\."),
    "labels below 0": ({"y_test": GOOD["y_test"].astype(int) - 1}, r"Expected labels from 0 to 9\. Received: -1\."),
    "broken labels": ({"y_test": GOOD["y_test"] + 0.5}, r"Expected labels from 0 to 9\. Received: 0\.5\."),
    "texts": ({"y_test": GOOD["y_test"].astype(str)}, r"Expected labels from 0 to 9\. Received: 0\."),
    "objects": ({"y_test": GOOD["y_test"].astype(object)}, r"cut off, damaged or another file \(.*allow_pickle"),
}


@pytest.mark.parametrize("name", OTHER)
def test_other_arrays_are_refused_in_words(path, name):
    changed, words = OTHER[name]
    np.savez(path, **{**GOOD, **changed})
    with pytest.raises(DamagedFileError) as raised:
        read_npz(path, WANTED, 20)
    assert re.search(words, said(raised.value)), said(raised.value)
    assert str(path) in said(raised.value)


def test_an_array_that_is_missing_is_named(path):
    np.savez(path, **{name: array for name, array in GOOD.items() if name != "y_test"})
    with pytest.raises(DamagedFileError) as raised:
        read_npz(path, WANTED, 20)
    assert "y_test" in said(raised.value)


def whole() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **GOOD)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, GOOD["x_train"])
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", whole()[:-1], whole()[:5000], whole()[: len(whole()) // 2], npy(), pickle.dumps(3), b"log in first"],
    ids=range(8),
)
def test_what_is_no_such_file_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(DamagedFileError) as raised:
        read_npz(path, WANTED, 20)
    assert "is cut off, damaged or another file" in said(raised.value)


def test_a_flipped_bit_gives_a_refusal_or_the_same_numbers(path):
    data, random, refused = whole(), np.random.default_rng(1), 0
    for _ in range(150):
        changed = bytearray(data)
        changed[random.integers(len(data))] ^= 1 << int(random.integers(8))
        path.write_bytes(changed)
        try:
            halves = read_npz(path, WANTED, 20)
        except DamagedFileError:
            refused += 1
        else:
            np.testing.assert_array_equal(halves.train[0].images, GOOD["x_train"][..., None])
            np.testing.assert_array_equal(halves.test[0].labels["labels"], GOOD["y_test"])
    assert refused > 100


def test_memory_is_not_taken_on_the_headers_word(path):
    """An array that claims a terabyte, in a file of some kilobytes."""
    np.savez(path, **GOOD)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (2**40, 28, 28)})
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["x_train.npy"] = header.getvalue()
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
    with pytest.raises(DamagedFileError) as raised:
        read_npz(path, WANTED, 20)
    assert "Received: 1,099,511,627,776" in said(raised.value)
