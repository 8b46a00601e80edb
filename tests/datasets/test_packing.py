"""An archive that others read, the same for the same data set, whole or not at all."""

from __future__ import annotations

import shutil
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from imgcls.datasets import DATASETS, Part, cache, load, shelf
from imgcls.datasets.card import read_card
from imgcls.datasets.editing import add_class, add_image, create, remove_image, set_defaults
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.packing import pack
from imgcls.errors import ImageError, PlaceError, UnknownNameError
from imgcls.recipe import Choice
from tests.datasets.people import bring, content, encoded, picture


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Nothing is in memory that another test has loaded."""
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())


@pytest.fixture
def pets(tmp_path) -> Path:
    import_dataset("pets", bring(tmp_path / "pets", {"cats": 6, "狗": 7}))
    return shelf.place_of("pets")


def test_it_holds_the_class_folders_as_they_are(pets, tmp_path):
    told = []
    assert pack("pets", tmp_path / "out.zip", lambda *how_far: told.append(how_far) or True) == 13
    assert told == [(done, 13) for done in range(1, 14)]
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == content(pets)
        archive.extractall(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"cats", "狗"}
    assert (tmp_path / "out" / "cats" / "0001.png").stat().st_mode & 0o777 in (0o644, 0o600, 0o640)


def test_equal_contents_give_equal_bytes(pets, tmp_path):
    pack("pets", tmp_path / "one.zip")
    copy = shutil.copytree(pets, pets.parent / "copy")
    for path in copy.glob("*/*"):
        path.touch()
    time.sleep(0)
    pack("copy", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize("parts", [("train", "val", "test"), ("train", "test"), ("train", "val")])
def test_parts_come_back(tmp_path, parts):
    counts = {f"{part}/{label}": 6 for part in parts for label in ("cats", "dogs")}
    import_dataset("pets", bring(tmp_path / "pets", counts))
    pack("pets", tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == set(parts)
    import_dataset("again", tmp_path / "out.zip")
    first, second = load(Choice(name="pets")), load(Choice(name="again"))

    def by_content(images) -> dict[bytes, tuple[int, Part]]:
        rows = zip(images.images, images.labels, images.parts, strict=True)
        return {image.tobytes(): (int(label), Part(part)) for image, label, part in rows}

    assert by_content(first) == by_content(second)
    assert len(by_content(first)) == 12 * len(parts)


def test_an_empty_data_set_is_an_empty_archive(tmp_path):
    create("new")
    assert pack("new", tmp_path / "out.zip") == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == []


def test_stopped(pets, tmp_path):
    (tmp_path / "out.zip").write_text("before")
    assert pack("pets", tmp_path / "out.zip", lambda done, total: done < 5) is None
    assert (tmp_path / "out.zip").read_text() == "before"
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_disk_that_fails_at_any_operation(pets, tmp_path, sweep, fault):
    out = tmp_path / "out"
    out.mkdir()
    pack("pets", tmp_path / "whole.zip")
    whole = (tmp_path / "whole.zip").read_bytes()

    def check(succeeded: bool) -> None:
        assert (out / "pets.zip").read_bytes() in ([whole] if succeeded else [b"before", whole])
        if fault is not None:
            assert [path.name for path in out.iterdir()] == ["pets.zip"]

    sweep(fault, lambda: (out / "pets.zip").write_bytes(b"before"), lambda: pack("pets", out / "pets.zip"), check)


def test_what_cannot_be_packed(pets, tmp_path):
    with pytest.raises(UnknownNameError, match="no data set “nope”"):
        pack("nope", tmp_path / "out.zip")
    with pytest.raises(PlaceError, match="No such file or directory"):
        pack("pets", tmp_path / "nowhere" / "out.zip")
    (pets / "cats" / "0001.png").chmod(0)
    if not _reads_everything(pets / "cats" / "0001.png"):
        with pytest.raises(ImageError, match=r"“pets/cats/0001\.png” cannot be read"):
            pack("pets", tmp_path / "out.zip")
    assert not (tmp_path / "nowhere").exists()


def _reads_everything(path: Path) -> bool:
    """As the system's administrator does."""
    try:
        path.read_bytes()
    except PermissionError:
        return False
    return True


# -- and back again


@pytest.mark.parametrize("way", ["archive", "folder"])
def test_it_comes_back_as_it_was(pets, tmp_path, way):
    """The files byte for byte, and how they are usually had; numbers close up where an image was taken out."""
    set_defaults("pets", side=96, colour="grey", fit="pad")
    remove_image("pets", "cats/0002.png")
    if way == "archive":
        pack("pets", tmp_path / "pets.zip")
        import_dataset("again", tmp_path / "pets.zip")
    else:
        shutil.copytree(shelf.place_of("pets"), tmp_path / "copied")
        import_dataset("again", tmp_path / "copied")
    first, second = content(shelf.place_of("pets")), content(shelf.place_of("again"))
    assert list(first.values()) == list(second.values())
    assert [key.split("/")[0] for key in first] == [key.split("/")[0] for key in second]
    card = read_card(shelf.place_of("again"))
    assert (card.side, card.colour, card.fit, card.writing) == (96, "grey", "pad", False)
    np.testing.assert_array_equal(load(Choice(name="pets")).images, load(Choice(name="again")).images)


def test_what_was_drawn_stays_writing(tmp_path):
    create("signs")
    for label in ("a", "b"):
        add_class("signs", label)
        add_image("signs", label, encoded(picture(ord(label))), drawn=True)
    pack("signs", tmp_path / "signs.zip")
    import_dataset("again", tmp_path / "signs.zip")
    assert DATASETS.get("again").usual.writing


@pytest.mark.parametrize("said", [True, False, None])
def test_what_was_said_of_writing_goes_along(tmp_path, said):
    import_dataset("signs", bring(tmp_path / "signs"), writing=True)
    pack("signs", tmp_path / "signs.zip")
    import_dataset("again", tmp_path / "signs.zip", writing=said)
    assert read_card(shelf.place_of("again")).said_writing is (said is not False)
    assert DATASETS.get("again").usual.writing is (said is not False)


@pytest.mark.parametrize(
    "note", [b"", b"made by hand", b"[]", b'{"side": 9000, "colour": "grey", "fit": "crop"}', b"[" * 60_000, b"\xff"]
)
def test_a_comment_that_says_nothing_is_passed_over(tmp_path, note):
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        archive.comment = note
        for seed in range(8):
            archive.writestr(f"{'ab'[seed % 2]}/{seed}.png", encoded(picture(seed)))
    import_dataset("pets", tmp_path / "pets.zip")
    card = read_card(shelf.place_of("pets"))
    assert (card.side, card.colour, card.fit) == (40, "colour", "crop")
