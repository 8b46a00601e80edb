"""What lies in a data set's folder, whoever put it there, and when it is another."""

from __future__ import annotations

import hashlib
import os
import shutil

import pytest

from imgcls.datasets import contents
from imgcls.datasets.card import Card, write_card
from imgcls.errors import ImageError
from tests.datasets.people import bring


@pytest.fixture
def place(tmp_path):
    return bring(tmp_path / "fruit", {"10": 2, "9": 1, "苹果": 3})


def test_classes_are_ordered_as_people_count(place):
    assert {label: len(files) for label, files in contents.classes(place).items()} == {"9": 1, "10": 2, "苹果": 3}
    assert list(contents.classes(place)) == ["9", "10", "苹果"]
    assert contents.keys(contents.classes(place))[:2] == ("9/photo 0.png", "10/photo 0.png")


def test_only_pictures_in_folders_of_classes_count(place, tmp_path):
    before = contents.classes(place)
    for name in ("notes.txt", ".hidden.png", "Thumbs.db", "no ending", "bell\a.png"):
        (place / "9" / name).write_text("x")
    (place / "9" / "folder.png").mkdir()
    (place / "9" / "link.png").symlink_to(place / "9" / "photo 0.png")
    (place / "outside.png").write_text("x")
    (place / ".hidden").mkdir()
    (place / ".hidden" / "a.png").write_text("x")
    (place / "a*b").mkdir()
    (place / "linked").symlink_to(tmp_path)
    assert contents.classes(place) == before
    (place / "9" / "BY HAND.JPG").write_text("x")
    (place / "empty").mkdir()
    assert contents.classes(place) == {**before, "9": ("BY HAND.JPG", "photo 0.png"), "empty": ()}


def test_a_change_is_seen_at_once(place):
    """Also where the file system's clock is too coarse to tell two changes apart."""
    for number in range(50):
        (place / "9" / f"{number:04}.png").write_text("x")
        assert len(contents.classes(place)["9"]) == number + 2


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert contents.classes(tmp_path / "nowhere") == {}


def test_digests_are_of_the_files(place):
    found = contents.digests(place)
    assert len(found) == 6
    for key, digest in found.items():
        assert digest == hashlib.sha256((place / key).read_bytes()).hexdigest()
    assert contents.digests(place) == found


def test_known_files_are_not_read_again(place, monkeypatch):
    found = contents.digests(place)
    monkeypatch.setattr(contents, "read_file", lambda place, key: pytest.fail(f"{key} was read"))
    assert contents.digests(place) == found


@pytest.mark.parametrize("text", ["", "{", "[]", '{"9/photo 0.png": 3}', '{"9/photo 0.png": ["x", 1, "y"]}'])
def test_damaged_notes_are_made_again(place, text):
    found = contents.digests(place)
    (place / ".files.json").write_text(text)
    assert contents.digests(place) == found


def test_a_place_that_cannot_be_written_is_read_all_the_same(place, disk):
    disk.plan(1, 13)
    found = contents.digests(place)
    assert disk.failed
    disk.heal()
    assert contents.digests(place) == found


CHANGES = {
    "a picture replaced": lambda place: (place / "9" / "photo 0.png").write_bytes(b"another"),
    "a picture added": lambda place: shutil.copy(place / "9" / "photo 0.png", place / "9" / "photo 1.png"),
    "a picture removed": lambda place: (place / "10" / "photo 1.png").unlink(),
    "a picture renamed": lambda place: (place / "10" / "photo 1.png").rename(place / "10" / "photo 2.png"),
    "a picture moved": lambda place: (place / "10" / "photo 1.png").rename(place / "9" / "photo 1.png"),
    "a class renamed": lambda place: (place / "9").rename(place / "nine"),
    "a part noted": lambda place: write_card(place, Card(parts={"9/photo 0.png": "test"})),
    "another usual side": lambda place: write_card(place, Card(side=32)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_another_version(place, name):
    before = contents.version(place)
    CHANGES[name](place)
    assert contents.version(place) != before


def test_what_changes_no_image_is_no_other_version(place, tmp_path):
    before = contents.version(place)
    (place / "9" / "notes.txt").write_text("x")
    write_card(place, Card(created="later", source="somewhere", last={"9": 7}, parts={"9/gone.png": "test"}))
    os.utime(place / "9" / "photo 0.png", (1, 1))
    assert contents.version(place) == before
    assert contents.version(shutil.copytree(place, tmp_path / "copy")) == before  # other times on every file


def test_a_file_that_is_changed_back_is_the_version_of_before(place):
    before, file = contents.version(place), place / "9" / "photo 0.png"
    data = file.read_bytes()
    file.write_bytes(b"x" * len(data))  # of the same length
    assert contents.version(place) != before
    file.write_bytes(data)
    assert contents.version(place) == before


def test_a_file_that_cannot_be_read_is_named(place):
    with pytest.raises(ImageError, match=r"“fruit/9/nope\.png” cannot be read \(No such file"):
        contents.read_file(place, "9/nope.png")
