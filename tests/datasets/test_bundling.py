"""A folder that a browser sends file by file comes in as the folder itself does."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from imgcls.datasets import editing, own, shelf
from imgcls.datasets.bundling import bundle, check_size, folder_name
from imgcls.datasets.card import read_card
from imgcls.datasets.importing import import_dataset
from imgcls.errors import DatasetError, PlaceError
from tests.datasets.people import bring, content


def sent(folder: Path) -> list[tuple[str, bytes]]:
    """The files as a browser sends them, hidden ones among them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder.parent).as_posix(), path.read_bytes()) for path in paths]


def test_the_same_as_the_folder_itself(tmp_path: Path) -> None:
    folder = bring(tmp_path / "pets")
    (folder / "loose.png").write_bytes(b"x")
    (folder / "cats" / "notes.txt").write_text("x")
    bundle(sent(folder), tmp_path / "bundled")
    bundled = import_dataset("bundled", tmp_path / "bundled")
    direct = import_dataset("direct", folder)
    assert bundled is not None
    assert direct is not None
    assert [str(one.reason) for one in bundled.left_out] == [str(one.reason) for one in direct.left_out]
    assert content(shelf.place_of("bundled")) == content(shelf.place_of("direct"))


def test_a_data_set_of_ours_says_of_itself_what_it_is(tmp_path: Path) -> None:
    import_dataset("signs", bring(tmp_path / "signs"), writing=True)
    editing.set_defaults("signs", 96, "grey", "pad")
    bundle(sent(shelf.place_of("signs")), tmp_path / "bundled")
    import_dataset("again", tmp_path / "bundled")
    card = read_card(shelf.place_of("again"))
    assert (card.side, card.colour, card.fit, card.said_writing) == (96, "grey", "pad", True)


def test_a_folder_that_is_sent_twice_counts_once(tmp_path: Path) -> None:
    files = sent(bring(tmp_path / "pets"))
    bundle([*files, *files], tmp_path / "bundled")
    import_dataset("pets", tmp_path / "bundled")
    assert own.classes("pets") == {"cats": 8, "dogs": 9}


def test_two_folders_are_two_classes(tmp_path: Path) -> None:
    folder = bring(tmp_path / "pets")
    bundle([*sent(folder / "cats"), *sent(folder / "dogs")], tmp_path / "bundled")
    import_dataset("pets", tmp_path / "bundled")
    assert own.classes("pets") == {"cats": 8, "dogs": 9}


@pytest.mark.parametrize("name", ["a\0b.png", "\0", "\ud800.png", "x" * 100_000, "pets/猫/1.png"])
def test_any_name_goes_into_an_archive(tmp_path: Path, name: str) -> None:
    bundle([(name, b"x")], tmp_path / "bundled")
    with zipfile.ZipFile(tmp_path / "bundled") as archive:
        assert len(archive.namelist()) == 1


@pytest.mark.parametrize(("paths", "name"), [(["pets/a/1.png"], "pets"), (["1.png"], ""), ([], "")])
def test_the_folder_gives_its_name(paths: list[str], name: str) -> None:
    assert folder_name(paths) == name


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_UPLOAD_MEGABYTES", "1")
    check_size("pets", 1024 * 1024)
    with pytest.raises(DatasetError, match=r"“pets” is too large\. Expected at most 1 MB"):
        check_size("pets", 2 * 1024 * 1024)


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlaceError):
        bundle([("a/1.png", b"x")], tmp_path / "nowhere" / "bundled")
