"""CIFAR's pickles: read as Python reads them, and nothing that they ask for is done."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgcls.datasets.formats.block import Block, DamagedFileError, Wanted
from imgcls.datasets.formats.cifar_batches import read_batch
from tests.datasets.placed import cifar_pickle

WANTED = Wanted((32, 32, 3), {"labels": 10}, 40)
BOTH = Wanted((32, 32, 3), {"fine_labels": 100, "coarse_labels": 20}, 1000)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (40, 32, 32, 3), np.uint8)
LABELS = np.arange(40) % 10
GOOD = cifar_pickle(IMAGES, {"labels": LABELS}, "training batch 1 of 5")
PATH = Path("somewhere/data_batch_1")


def read(data: bytes, wanted: Wanted = WANTED) -> Block:
    return read_batch(io.BytesIO(data), PATH, wanted)


def said(error: DamagedFileError) -> str:
    return error.template.format(name="it", **error.values)


# -- what is read


def test_images_and_labels_as_they_were_written():
    block = read(GOOD)
    np.testing.assert_array_equal(block.images, IMAGES)
    assert block.labels["labels"].tolist() == LABELS.tolist()
    assert (block.images.dtype, block.labels["labels"].dtype) == (np.uint8, np.int64)


def test_the_files_of_these_tests_are_what_python_2_wrote():
    """What Python's own reader makes of them, and their first bytes, which are those of the published file."""
    found = pickle.loads(GOOD, encoding="bytes")
    assert list(found) == [b"batch_label", b"labels", b"data", b"filenames"]
    assert found[b"data"].shape == (40, 3072)
    np.testing.assert_array_equal(found[b"data"][7, :1024].reshape(32, 32), IMAGES[7, :, :, 0])
    np.testing.assert_array_equal(found[b"data"][7, 2048:].reshape(32, 32), IMAGES[7, :, :, 2])
    assert found[b"labels"] == LABELS.tolist()
    assert len(found[b"filenames"]) == 40
    assert GOOD.startswith(
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U\x06labelsq\x04]q\x05(K"
    )


def test_two_labellings_and_a_thousand_images():
    images = RANDOM.integers(0, 256, (1000, 32, 32, 3), np.uint8)
    labels = {"fine_labels": RANDOM.permutation(1000) % 100, "coarse_labels": RANDOM.permutation(1000) % 20}
    block = read(cifar_pickle(images, labels, "training batch 1 of 1"), BOTH)
    np.testing.assert_array_equal(block.images, images)
    for name, wanted in labels.items():
        np.testing.assert_array_equal(block.labels[name], wanted)


def a_dict(rows: np.ndarray, labels: Any = None) -> dict[bytes, Any]:
    return {b"data": rows, b"labels": LABELS.tolist() if labels is None else labels}


ROWS = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2)).reshape(40, -1)


@pytest.mark.parametrize("rows", [ROWS, np.asfortranarray(ROWS)], ids=["rows", "columns"])
def test_what_python_3_writes_for_python_2_is_read_too(rows):
    """People pack the files anew: bytes are then a call of `_codecs.encode`, and numpy calls its core `_core`."""
    data = pickle.dumps(a_dict(rows), protocol=2)
    assert b"_codecs" in data
    np.testing.assert_array_equal(read(data).images, IMAGES)
    renamed = data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert renamed != data
    np.testing.assert_array_equal(read(renamed).images, IMAGES)


# -- what is refused, and never done


class Deed:
    """Pickled, it is a call; whoever unpickles it leaves a trace."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call[0], self.call[1:]


CALLS = {
    "a shell": (os.system, "touch trace"),
    "an expression": (eval, "open('trace', 'w')"),
    "a file": (open, "trace", "w"),
    "numpy's own loader": (np.load, "trace"),
    "an array of a size": (np.ndarray, (2**40,)),
    "a file as an array": (np.fromfile, "trace"),
}


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("place", ["all", "data", "labels", "a label", "beside"])
def test_no_call_is_made_wherever_it_stands(tmp_path, monkeypatch, call, protocol, place):
    monkeypatch.chdir(tmp_path)
    deed = Deed(*call)
    whole = {
        "all": deed,
        "data": a_dict(deed),
        "labels": a_dict(ROWS, deed),
        "a label": a_dict(ROWS, [deed, *LABELS.tolist()[1:]]),
        "beside": {**a_dict(ROWS), b"more": deed},
    }[place]
    with pytest.raises(DamagedFileError):
        read(pickle.dumps(whole, protocol=protocol))
    assert not (tmp_path / "trace").exists()


def name(module: str, attribute: str) -> bytes:
    return b"c" + f"{module}\n{attribute}\n".encode()


def text(value: bytes) -> bytes:
    return b"U" + bytes([len(value)]) + value


FORBIDDEN = {
    "another name": (name("os", "system"), "os system"),
    "a name's beginning": (name("numpy", "ndarray.tofile"), "numpy ndarray.tofile"),
    "another of numpy's": (name("numpy", "load"), "numpy load"),
    "an array called": (name("numpy", "ndarray") + b"K\x05\x85R", "REDUCE"),
    "another kind of numbers": (name("numpy", "dtype") + text(b"O8") + b"K\x00K\x01\x87R", "REDUCE"),
    "another array": (name("numpy.core.multiarray", "_reconstruct") + name("numpy", "dtype") + b"\x85R", "REDUCE"),
    "another encoding": (name("_codecs", "encode") + b"X\x01\0\0\0aX\x03\0\0\0zip\x86R", "REDUCE"),
    "a call of a text": (text(b"eval") + text(b"1") + b"\x85R", "REDUCE"),
    "a name from the stack": (text(b"os") + text(b"system") + b"\x93", "STACK_GLOBAL"),
    "a new object": (name("numpy", "ndarray") + b")\x81", "NEWOBJ"),
    "an object of old": (b"(" + name("numpy", "ndarray") + b"o", "OBJ"),
    "an instance": (b"(ios\nsystem\n", "INST"),
    "an extension": (b"\x82\x01", "EXT1"),
    "something elsewhere": (b"Pos.system\n", "PERSID"),
    "attributes of a dict": (b"}}b", "BUILD"),
    "attributes of a name": (name("numpy", "ndarray") + b"}b", "BUILD"),
}


@pytest.mark.parametrize(("code", "received"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_pixels_and_labels_have_no_use_for_is_refused_by_name(code, received):
    with pytest.raises(DamagedFileError) as raised:
        read(b"\x80\x02}(" + text(b"data") + code + b"u.")
    assert f"Received a file that asks for “{received}”; it is not read any further." in said(raised.value)
    assert str(PATH) in said(raised.value)


def built(state: bytes) -> bytes:
    """A dict with `data`, an array with this state."""
    array = (
        name("numpy.core.multiarray", "_reconstruct") + name("numpy", "ndarray") + b"K\x00\x85" + text(b"b") + b"\x87R"
    )
    return b"\x80\x02}(" + text(b"labels") + b"](K\x01e" + text(b"data") + array + state + b"bu."


KIND = name("numpy", "dtype") + text(b"u1") + b"K\x00K\x01\x87R"
PIXELS = b"T\x00\x0c\x00\x00" + bytes(3072)
STATES = {
    "all is well": b"(K\x01K\x01M\x00\x0c\x86" + KIND + b"\x89" + PIXELS + b"t",
    "too few bytes": b"(K\x01K\x02M\x00\x0c\x86" + KIND + b"\x89" + PIXELS + b"t",
    "a shape below zero": b"(K\x01J\xff\xff\xff\xffJ\x00\xf4\xff\xff\x86" + KIND + b"\x89" + PIXELS + b"t",
    "no shape": b"(K\x01N" + KIND + b"\x89" + PIXELS + b"t",
    "a shape of texts": b"(K\x01" + text(b"1") + text(b"3072") + b"\x86" + KIND + b"\x89" + PIXELS + b"t",
    "three dimensions": b"(K\x01K\x01K\x01M\x00\x0c\x87" + KIND + b"\x89" + PIXELS + b"t",
    "no kind": b"(K\x01K\x01M\x00\x0c\x86N\x89" + PIXELS + b"t",
    "no bytes": b"(K\x01K\x01M\x00\x0c\x86" + KIND + b"\x89]t",
    "too short": b"(K\x01K\x01M\x00\x0c\x86t",
    "nothing": b"N",
}


@pytest.mark.parametrize("state", STATES)
def test_arrays_that_are_not_there_are_refused(state):
    data = built(STATES[state])
    if state == "all is well":
        assert read(data).images.shape == (1, 32, 32, 3)
        return
    with pytest.raises(DamagedFileError) as raised:
        read(data)
    assert "is cut off, damaged or another file" in said(raised.value)


OTHER = {
    "no dict": ([1, 2], "cut off, damaged"),
    "no data": ({b"labels": [1]}, "cut off, damaged"),
    "no labels": ({b"data": ROWS}, "cut off, damaged"),
    "texts for bytes": ({"data": ROWS, "labels": [1] * 40}, "cut off, damaged"),
    "data that is a list": ({b"data": [1, 2], b"labels": [1] * 40}, "cut off, damaged"),
    "other images": (a_dict(ROWS[:, :3071]), r"array of n × 3072 \(uint8\)\. Received: 40 × 3071 \(uint8\)"),
    "too many": (a_dict(np.concatenate([ROWS, ROWS[:1]])), r"Expected 1 to 40 images\. Received: 41"),
    "fewer labels": (a_dict(ROWS, [1] * 39), r"a label for each of 40 images\. Received: 39 labels"),
    "labels from 1": (a_dict(ROWS, [10] * 40), r"Expected labels from 0 to 9\. Received: 10\."),
    "labels below 0": (a_dict(ROWS, [-1] * 40), r"Expected labels from 0 to 9\. Received: -1\."),
    "labels beyond measure": (a_dict(ROWS, [2**200] * 40), r"Expected labels from 0 to 9\. Received: 1606938"),
    "texts": (a_dict(ROWS, [b"cat"] * 40), r"Expected labels from 0 to 9\. Received: b'cat'\."),
    "lists": (a_dict(ROWS, [[1, 2], [3]] * 20), "cut off, damaged"),
    "nothing": (a_dict(ROWS, [None] * 40), r"Expected labels from 0 to 9\. Received: None\."),
    "one label": (a_dict(ROWS, 3), r"Received: 1 labels"),
    "yes and no": (a_dict(ROWS, [True] * 40), r"Expected labels from 0 to 9\. Received: True\."),
}


@pytest.mark.parametrize(("content", "words"), OTHER.values(), ids=OTHER)
def test_other_content_is_refused_in_words(content, words):
    with pytest.raises(DamagedFileError) as raised:
        read(pickle.dumps(content, protocol=2))
    assert re.search(words, said(raised.value)), said(raised.value)


def test_no_images_are_refused():
    with pytest.raises(DamagedFileError) as raised:
        read(cifar_pickle(IMAGES[:0], {"labels": LABELS[:0]}, "x"))
    assert "Expected 1 to 40 images. Received: 0" in said(raised.value)


def test_a_file_cut_off_anywhere_is_refused():
    short = cifar_pickle(IMAGES[:2], {"labels": LABELS[:2]}, "x")
    read(short)
    for end in [*range(200), *range(len(short) - 200, len(short))]:
        with pytest.raises(DamagedFileError):
            read(short[:end])


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_a_changed_byte_gives_other_numbers_or_a_refusal_and_nothing_else():
    random, refused = np.random.default_rng(0), 0
    short = cifar_pickle(IMAGES[:2], {"labels": LABELS[:2]}, "x")
    start = short.index(b"numpy")
    inside = [*range(start + 200), *range(len(short) - 150, len(short))]  # not the pixels, which may be anything
    for _ in range(2000):
        data = bytearray(short)
        for place in random.choice(inside, random.integers(1, 4)):
            data[place] = random.integers(0, 256)
        try:
            block = read(bytes(data))
        except DamagedFileError:
            refused += 1
        else:
            assert block.images.shape == (2, 32, 32, 3)
            assert ((block.labels["labels"] >= 0) & (block.labels["labels"] < 10)).all()
    assert refused > 500


def test_nothing_is_imported_to_read_them(tmp_path):
    """Python's reader would import whatever a file names; ours knows not even how."""
    (tmp_path / "spy.py").write_text("open('trace', 'w')")
    code = (
        "import io, sys; from pathlib import Path\n"
        "from imgcls.datasets.formats.cifar_batches import read_batch\n"
        "from imgcls.datasets.formats.block import DamagedFileError, Wanted\n"
        "sys.path.insert(0, '.')\n"
        "data = io.BytesIO(b'\\x80\\x02cspy\\nanything\\n.')\n"
        "try: read_batch(data, Path('x'), Wanted((32, 32, 3), {'labels': 10}, 1))\n"
        "except DamagedFileError: print({'spy', 'pickle5', 'keras'} & set(sys.modules))"
    )
    path = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.stdout.strip() == "set()"
    assert not (tmp_path / "trace").exists()
