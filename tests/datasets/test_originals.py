"""The sizes of one's own pictures as the disk has them, read off headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgcls import images
from imgcls.datasets import editing, originals
from imgcls.datasets.originals import Originals
from imgcls.errors import UnknownNameError
from imgcls.images import read_image
from tests.datasets.people import bring, encoded, picture

SIZES = {"a/1.png": (90, 20), "a/2.jpg": (60, 50), "a/3.webp": (33, 40), "b/4.png": (20, 90), "b/5.jpg": (100, 120)}


@pytest.fixture
def mixed(home_folder: Path) -> Path:
    place = home_folder / "datasets" / "mixed"
    for seed, (key, size) in enumerate(SIZES.items()):
        (place / key).parent.mkdir(parents=True, exist_ok=True)
        (place / key).write_bytes(encoded(picture(seed, *size), Path(key).suffix[1:]))
    return place


def test_smallest_middle_and_largest_by_their_pixels(mixed: Path) -> None:
    found = originals.originals("mixed")
    assert found == Originals((33, 40), (90, 20), (100, 120))
    assert not found.are_alike
    assert all(read_image(mixed / key).shape[:2] == size for key, size in SIZES.items()), "as a decoder has them"


def test_pictures_of_one_size_are_alike(home_folder: Path) -> None:
    bring(home_folder / "datasets" / "pets")
    found = originals.originals("pets")
    assert found == Originals((40, 48), (40, 48), (40, 48))
    assert found.are_alike


def test_a_photo_that_lies_on_its_side_is_told_upright(mixed: Path) -> None:
    data = encoded(
        picture(9, 200, 150), "jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    )
    (mixed / "b" / "6.jpg").write_bytes(data)
    assert read_image(mixed / "b" / "6.jpg").shape[:2] == (150, 200)
    assert originals.originals("mixed").largest == (150, 200)


def test_what_is_no_picture_has_no_size(mixed: Path) -> None:
    for key in SIZES:
        (mixed / key).write_bytes(b"no picture")
    assert originals.originals("mixed") is None
    (mixed / "a" / "1.png").write_bytes(encoded(picture(0, 30, 31)))
    assert originals.originals("mixed") == Originals((30, 31), (30, 31), (30, 31))


def test_an_empty_data_set_has_none_and_an_unknown_one_is_refused(home_folder: Path) -> None:
    editing.create("empty")
    assert originals.originals("empty") is None
    with pytest.raises(UnknownNameError):
        originals.originals("nobody")


def test_a_header_is_read_once_and_no_pixels_are(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    original = originals.upright_size
    monkeypatch.setattr(originals, "upright_size", lambda path: read.append(path.name) or original(path))
    monkeypatch.setattr(images, "_pixels", None)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)
    originals._size.cache_clear()
    first = originals.originals("mixed")
    assert sorted(read) == sorted(Path(key).name for key in SIZES)
    (mixed / "b" / "4.png").write_bytes(encoded(picture(7, 300, 300)))
    read.clear()
    second = originals.originals("mixed")
    assert read == ["4.png"]
    assert (first.largest, second.largest) == ((100, 120), (300, 300))
