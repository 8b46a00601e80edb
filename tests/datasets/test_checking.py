"""A data set is looked over as it is now: twins, bad pictures, and what is to be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgcls.datasets import cache, shelf
from imgcls.datasets.checking import check_dataset
from imgcls.datasets.editing import add_class, create
from imgcls.datasets.importing import import_dataset
from imgcls.errors import InputError, UnknownNameError
from tests.datasets.people import bring, content


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    """Nothing is in memory that another test has loaded."""
    monkeypatch.setattr(cache, "_memory", type(cache._memory)())


@pytest.fixture
def pets(tmp_path) -> Path:
    import_dataset("pets", bring(tmp_path / "pets", {"cats": 20, "dogs": 20}))
    return shelf.place_of("pets")


def test_nothing_to_say(pets):
    before = content(pets)
    report = check_dataset("pets")
    assert (report.name, report.counts, report.images) == ("pets", {"cats": 20, "dogs": 20}, 40)
    assert (report.left_out, report.duplicates, report.warnings) == ((), (), ())
    assert content(pets) == before


def test_it_says_what_the_import_said(tmp_path):
    source = bring(tmp_path / "source", {"cats": 5, "dogs": 40})
    (source / "dogs" / "again.png").write_bytes((source / "cats" / "photo 0.png").read_bytes())
    imported, checked = import_dataset("pets", source), check_dataset("pets")
    assert checked.counts == imported.counts
    assert [one.keys for one in checked.duplicates] == [one.keys for one in imported.duplicates]
    assert len(checked.duplicates) == 1
    assert [str(one) for one in checked.warnings] == [
        str(one) for one in imported.warnings if "smaller" not in str(one)
    ]
    assert len(checked.warnings) == 4


def test_bad_pictures_are_told_and_the_others_looked_at(pets):
    (pets / "cats" / "0003.png").write_bytes(b"bad")
    (pets / "dogs" / "0005.png").write_bytes(b"")
    (pets / "dogs" / "0006.png").write_bytes((pets / "cats" / "0001.png").read_bytes())
    report = check_dataset("pets")
    assert [one.name for one in report.left_out] == ["cats/0003.png", "dogs/0005.png"]
    assert "“pets/cats/0003.png” is not a picture" in str(report.left_out[0].reason)
    assert [one.keys for one in report.duplicates] == [("cats/0001.png", "dogs/0006.png")]
    assert report.duplicates[0].identical
    assert report.counts == {"cats": 19, "dogs": 19}


@pytest.mark.parametrize("classes", [[], ["cats"], ["cats", "dogs"]])
def test_a_data_set_without_images(classes):
    create("new")
    for label in classes:
        add_class("new", label)
    report = check_dataset("new")
    assert report.counts == dict.fromkeys(classes, 0)
    assert len(report.warnings) == len(classes)
    assert report.duplicates == ()


def test_stopped(pets):
    (pets / "cats" / "new.png").write_bytes((pets / "cats" / "0001.png").read_bytes())
    assert check_dataset("pets", lambda done, total: done < 7) is None


def test_what_is_not_there():
    with pytest.raises(UnknownNameError, match="no data set “pets”"):
        check_dataset("pets")


def test_a_damaged_card(pets):
    (pets / ".imgcls.json").write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        check_dataset("pets")
