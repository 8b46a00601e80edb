"""What is kept of a stranger's file: the pixels, small enough, and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from imgcls.datasets.encoding import stored_form
from imgcls.errors import ImageError
from imgcls.images import decode_image
from tests.datasets.people import decoded, encoded, picture


def mode(data: bytes) -> str:
    return Image.open(io.BytesIO(data)).mode


@pytest.mark.parametrize("grey", [False, True])
def test_png_is_kept_pixel_for_pixel(grey):
    pixels = picture(1, grey=grey)
    stored = stored_form(encoded(pixels), "a.png")
    assert (stored.suffix, stored.height, stored.width, stored.is_grey) == (".png", 40, 48, grey)
    assert mode(stored.data) == ("L" if grey else "RGB")
    assert np.array_equal(decode_image(stored.data), pixels)


def test_a_grey_png_of_one_channel_stays_one():
    values = np.arange(40 * 48, dtype=np.uint8).reshape(40, 48)
    stored = stored_form(encoded(values), "a.png")
    assert np.array_equal(decoded(stored.data), values)


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_jpeg_and_webp_become_jpeg_that_looks_the_same(kind):
    pixels = data.astronaut()
    file = encoded(pixels, kind, quality=90)
    stored = stored_form(file, "a")
    assert stored.suffix == ".jpg"
    assert stored.data.startswith(b"\xff\xd8\xff")
    difference = decoded(stored.data).astype(float) - decode_image(file)
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 38  # dB; above 35 nobody sees it


def test_a_grey_jpeg_is_kept_in_one_channel():
    stored = stored_form(encoded(data.camera(), "jpg", quality=90), "a")
    assert mode(stored.data) == "L"


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((512, 512), (512, 512)),
        ((600, 900), (341, 512)),
        ((1024, 768), (512, 384)),
        ((3000, 2000), (512, 341)),
        ((513, 10), (512, 10)),
        ((8, 4000), (8, 4000)),  # a strip keeps the least breadth of a picture
        ((16, 4000), (8, 2000)),
    ],
)
@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_the_longer_side_is_bounded(size, kept, kind):
    stored = stored_form(encoded(picture(3, *size), kind), "a")
    assert (stored.height, stored.width) == decode_image(stored.data).shape[:2] == kept


def test_the_bound_is_a_limit(monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_SIDE", "24")
    assert stored_form(encoded(picture(3)), "a").width == 24


def test_shrinking_averages():
    board = (np.indices((2048, 2048)).sum(axis=0) % 2 * 255).astype(np.uint8)
    kept = decoded(stored_form(encoded(board), "a").data)
    assert np.abs(kept.astype(int) - 127).max() <= 2


def test_a_picture_on_its_side_is_kept_upright_and_without_its_notes():
    pixels = picture(5, 40, 60)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter
    exif[0x010E] = "a secret place"
    file = encoded(pixels, "jpg", exif=exif, quality=95, comment=b"another secret")
    assert b"secret" in file
    stored = stored_form(file, "a")
    assert (stored.height, stored.width) == (60, 40)
    assert b"secret" not in stored.data
    assert b"Exif" not in stored.data
    assert np.abs(decoded(stored.data).astype(int) - np.rot90(decoded(file), -1)).mean() < 3


def test_what_is_kept_is_kept_as_it_is_the_next_time():
    """Or each copy of a data set would lose a little more."""
    for file in (encoded(data.astronaut(), "jpg", quality=80), encoded(data.camera(), "jpg", quality=80)):
        once = stored_form(file, "a").data
        assert once != file
        assert stored_form(once, "a").data == once
    once = stored_form(encoded(data.coffee()), "a").data
    assert stored_form(once, "a").data == once


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file + b"PK hidden behind the end",
        lambda file: file[:2] + b"\xff\xe1\x00\x08secret" + file[2:],
        lambda file: file[:20] + b"\xff\xfe\x00\x08secret" + file[20:],
        lambda file: file[:-2] + b"\xff\xfe\x00\x08secret\xff\xd9",
        lambda file: file[:-2] + b"\xff\xd9 hidden \xff\xd9",
    ],
)
def test_a_jpeg_that_only_begins_like_ours_is_written_anew(change):
    ours = stored_form(encoded(data.astronaut(), "jpg", quality=80), "a").data
    changed = change(ours)
    kept = stored_form(changed, "a").data
    assert kept != changed
    assert b"secret" not in kept
    assert b"hidden" not in kept


def test_what_is_no_picture_is_refused_by_its_name():
    with pytest.raises(ImageError, match=r"notes\.png"):
        stored_form(b"some text", "notes.png")
