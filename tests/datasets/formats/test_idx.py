"""idx files, as MNIST's authors wrote them, and whatever else is called so."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets.formats.block import DamagedFileError, Wanted
from imgcls.datasets.formats.idx import read_idx
from tests.datasets.placed import idx

WANTED = Wanted((28, 28, 1), {"labels": 10}, 60)
IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 28), np.uint8)
LABELS = np.arange(60, dtype=np.uint8) % 10


@pytest.fixture
def pair(tmp_path) -> tuple[Path, Path]:
    paths = tmp_path / "images.gz", tmp_path / "labels.gz"
    for path, array in zip(paths, (IMAGES, LABELS), strict=True):
        path.write_bytes(gzip.compress(idx(array)))
    return paths


def test_images_and_labels_as_they_were_written(pair):
    block = read_idx(*pair, WANTED)
    np.testing.assert_array_equal(block.images, IMAGES[..., None])
    np.testing.assert_array_equal(block.labels["labels"], LABELS)
    assert block.images.dtype == np.uint8
    assert block.labels["labels"].dtype == np.int64


def test_the_header_is_that_of_the_published_files():
    """The first 16 bytes of `train-images-idx3-ubyte`, as its page has them."""
    assert idx(np.zeros((60000, 28, 28), np.uint8))[:16] == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


WHOLE = idx(IMAGES)
#: The file of images, what is said, and of what.
DAMAGED = {
    "no gzip": (WHOLE, "cut off, damaged or another file"),
    "empty": (b"", "cut off, damaged or another file"),
    "cut off": (gzip.compress(WHOLE)[:-200], "cut off, damaged or another file"),
    "without its checksum": (gzip.compress(WHOLE)[:-8], "cut off, damaged or another file"),
    "another checksum": (gzip.compress(WHOLE)[:-8] + bytes(8), "cut off, damaged or another file"),
    "a flipped bit": (
        gzip.compress(WHOLE, 0).replace(IMAGES[9].tobytes()[:20], bytes(20)),
        "cut off, damaged or another file",
    ),
    "fewer bytes than its header says": (gzip.compress(WHOLE[:-1]), r"not 60 × 28 × 28 bytes"),
    "more bytes than its header says": (gzip.compress(WHOLE + b"\0"), r"not 60 × 28 × 28 bytes"),
    "floats": (gzip.compress(b"\0\0\x0d\x03" + WHOLE[4:]), "no idx file of bytes"),
    "four dimensions": (gzip.compress(b"\0\0\x08\x04" + WHOLE[4:]), "no idx file of bytes"),
    "a text": (gzip.compress(b"log in first"), "no idx file of bytes"),
    "other images": (
        gzip.compress(idx(np.zeros((60, 28, 27), np.uint8))),
        r"array of n × 28 × 28 .* 60 × 28 × 27",
    ),
    "labels": (gzip.compress(idx(LABELS)), r"array of n × 28 × 28 \(uint8\)\. Received: 60 \(uint8\)"),
    "none": (gzip.compress(idx(IMAGES[:0])), r"Expected 1 to 60 images\. Received: 0"),
    "too many": (gzip.compress(idx(np.zeros((61, 28, 28), np.uint8))), r"Expected 1 to 60 images\. Received: 61"),
    "fewer than labels": (gzip.compress(idx(IMAGES[:59])), r"a label for each of 59 images\. Received: 60 labels"),
    "a billion": (gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2**30, 28, 28)), r"Received: 1,073,741,824"),
}


def said(error: DamagedFileError) -> str:
    return error.template.format(name="it", **error.values)


@pytest.mark.parametrize("name", DAMAGED)
def test_other_images_are_refused_in_words(pair, name):
    content, words = DAMAGED[name]
    pair[0].write_bytes(content)
    with pytest.raises(DamagedFileError) as raised:
        read_idx(*pair, WANTED)
    assert re.search(words, said(raised.value)), said(raised.value)
    assert str(pair[1 if "fewer than labels" in name else 0]) in said(raised.value)


@pytest.mark.parametrize("label", [10, 255])
def test_labels_that_name_no_class_are_refused(pair, label):
    pair[1].write_bytes(gzip.compress(idx(np.append(LABELS[:-1], np.uint8(label)))))
    with pytest.raises(DamagedFileError) as raised:
        read_idx(*pair, WANTED)
    assert f"Expected labels from 0 to 9. Received: {label}." in said(raised.value)
    assert str(pair[1]) in said(raised.value)


def test_memory_is_not_taken_on_the_headers_word(pair, monkeypatch):
    """A small file that unpacks to gigabytes, and says so, is refused before it is unpacked."""
    read = []
    original = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda file, size=-1: read.append(size) or original(file, size))
    pair[0].write_bytes(gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2**20, 28, 28) + bytes(10_000_000)))
    with pytest.raises(DamagedFileError):
        read_idx(*pair, WANTED)
    assert max(read) < 100


@pytest.mark.parametrize(
    ("error", "is_lasting", "words"),
    [
        (PermissionError(13, "Permission denied"), False, "Permission denied"),
        (EOFError("too short"), True, "too short"),
    ],
)
def test_what_may_be_mended_is_not_held_against_the_file(pair, monkeypatch, error, is_lasting, words):
    def fail(path):
        raise error

    monkeypatch.setattr(gzip, "open", fail)
    with pytest.raises(DamagedFileError) as raised:
        read_idx(*pair, WANTED)
    assert raised.value.is_lasting is is_lasting
    assert f"another file ({words})." in said(raised.value)
