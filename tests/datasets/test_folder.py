"""Folders of strangers: no link leads out, nothing is waited for, and what changes meanwhile breaks only itself."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgcls.datasets import entries, folder, found
from imgcls.datasets.found import Listing, found_files
from imgcls.errors import DatasetError, ImageError
from imgcls.images import NOT_A_FILE, NOT_READABLE, TOO_HEAVY

NOBODY = 65534

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and rights of Unix")


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    for name in ("apple/1.jpg", "apple/2.jpg", "pear/3.jpg"):
        path = tmp_path / "fruit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "fruit"


def names(listing: Listing) -> list[str]:
    return [file.name for file in listing.files]


def reasons(listing: Listing) -> dict[str, str]:
    return {one.name: one.reason.template for one in listing.skipped}


def test_links_are_listed_and_not_followed(fruit: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.jpg").write_bytes(b"secret")
    (fruit / "apple" / "key.jpg").symlink_to(secret / "key.jpg")
    (fruit / "pear" / "within.jpg").symlink_to(fruit / "apple" / "1.jpg")
    (fruit / "secret").symlink_to(secret)
    (fruit / "apple" / "loop").symlink_to(fruit)
    (fruit / "apple" / "nowhere.jpg").symlink_to("missing")
    with found_files(fruit) as listing:
        assert names(listing) == ["apple/1.jpg", "apple/2.jpg", "pear/3.jpg"]
        assert reasons(listing) == dict.fromkeys(
            ["apple/key.jpg", "apple/loop", "apple/nowhere.jpg", "pear/within.jpg", "secret"], entries.LINK
        )
        assert all(file.read() == file.name.encode() for file in listing.files)


def test_the_folder_itself_may_be_a_link(fruit: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(fruit)
    with found_files(tmp_path / "link") as listing:
        assert len(listing.files) == 3


def test_pipes_and_sockets_are_listed_and_not_opened(fruit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(fruit / "apple" / "pipe.jpg")
    monkeypatch.chdir(fruit / "pear")  # a socket's path may have 100 letters at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")
        with found_files(fruit) as listing:
            assert len(listing.files) == 3
            assert reasons(listing) == {"apple/pipe.jpg": entries.SPECIAL, "pear/socket.jpg": entries.SPECIAL}


@pytest.fixture
def another_account() -> Iterator[Path]:
    """A folder that an account without special rights may look into; the test goes on as one."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield Path(place)


def as_nobody(place: Path) -> Listing:
    """What `found_files` finds there with the rights of an account that is nobody's."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        with found_files(place) as listing:
            return listing
    finally:
        os.seteuid(mine)


def test_what_may_not_be_read_is_listed(another_account: Path) -> None:
    for name in ("apple/1.jpg", "apple/locked.jpg", "pear/2.jpg", "shut/3.jpg", "blind/4.jpg"):
        path = another_account / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (another_account / "apple" / "locked.jpg").chmod(0)
    (another_account / "shut").chmod(0)
    (another_account / "blind").chmod(0o644)  # names may be read, and nothing else
    try:
        listing = as_nobody(another_account)
        assert names(listing) == ["apple/1.jpg", "pear/2.jpg"]
        unreadable = {name for name, reason in reasons(listing).items() if reason == entries.UNREADABLE}
        assert unreadable == {"apple/locked.jpg", "shut", "blind/4.jpg"}
        assert "Permission denied" in str(listing.skipped[0].reason)
        another_account.chmod(0o311)
        with pytest.raises(DatasetError) as caught:
            as_nobody(another_account)
        assert caught.value.template == folder.FOLDER_UNREADABLE
    finally:
        for path in (another_account, another_account / "shut", another_account / "blind"):
            path.chmod(0o755)


def test_a_walk_ends_early(fruit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_FOLDER_ENTRIES", "5")
    with found_files(fruit) as listing:  # two folders and three files
        assert len(listing.files) == 3
    (fruit / "apple" / "one more.txt").write_bytes(b"")
    looked_into = []
    monkeypatch.setattr(os, "scandir", lambda path, scan=os.scandir: looked_into.append(path) or scan(path))
    for number in range(50):
        (fruit / f"class {number}").mkdir()
    with pytest.raises(DatasetError, match="at most 5 files and folders") as caught:
        found_files(fruit)
    assert caught.value.template == folder.TOO_MANY_ENTRIES
    assert len(looked_into) == 1


def test_hidden_folders_are_not_looked_into(fruit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fruit / ".git").mkdir()
    for number in range(50):
        (fruit / ".git" / f"{number}.jpg").write_bytes(b"")
    monkeypatch.setenv("IMGCLS_FOLDER_ENTRIES", "6")
    with found_files(fruit) as listing:
        assert len(listing.files) == 3
        assert listing.skipped == ()


def test_deep_folders_are_listed_and_not_looked_into(fruit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_DATASET_DEPTH", "3")
    deep = fruit / "apple" / "b" / "c"
    (deep / "d").mkdir(parents=True)
    (deep / "4.jpg").write_bytes(b"")
    (deep / "d" / "5.jpg").write_bytes(b"")
    with found_files(fruit) as listing:
        assert "apple/b/c/4.jpg" in names(listing)
        assert reasons(listing) == {"apple/b/c/d": entries.TOO_DEEP}
        assert "at most 3 folders" in str(listing.skipped[0].reason)


def test_names_that_are_no_text(fruit: Path) -> None:
    strange = os.fsencode(fruit) + b"/\xff\xfe"
    os.mkdir(strange)
    with open(strange + b"/\x80 1.jpg", "wb") as file:
        file.write(b"strange")
    with found_files(fruit) as listing:
        assert listing.class_names == ("__", "apple", "pear")
        assert listing.files[0].read() == b"strange"
        assert listing.files[0].name.encode()  # can be sent: no half surrogates


# -- what changes between the listing and the reading


def changed(fruit: Path, change: object) -> ImageError:
    """The refusal of `apple/1.jpg` after `change`; the other pictures are read as before."""
    with found_files(fruit) as listing:
        first, *others = listing.files
        path = fruit / "apple" / "1.jpg"
        path.unlink()
        change(path)  # type: ignore[operator]
        with pytest.raises(ImageError) as caught:
            first.read()
        assert [file.read() for file in others] == [b"apple/2.jpg", b"pear/3.jpg"]
    assert "“apple/1.jpg”" in str(caught.value)
    return caught.value


def test_a_file_that_is_gone(fruit: Path) -> None:
    assert changed(fruit, lambda path: None).template == NOT_READABLE


def test_a_file_that_became_a_link(fruit: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    assert changed(fruit, lambda path: path.symlink_to(tmp_path / "secret")).template == NOT_READABLE


def test_a_file_that_became_a_pipe_is_not_waited_for(fruit: Path) -> None:
    assert changed(fruit, os.mkfifo).template == NOT_A_FILE


def test_a_file_that_became_a_folder(fruit: Path) -> None:
    assert changed(fruit, Path.mkdir).template == NOT_READABLE


def test_a_file_that_grew(fruit: Path) -> None:
    def grow(path: Path) -> None:
        path.touch()
        os.truncate(path, 10 * 2**20 + 1)

    error = changed(fruit, grow)
    assert error.template == TOO_HEAVY
    assert "at most 10 MB. Received: 10.1 MB" in str(error)


def test_a_file_is_read_up_to_the_limit(fruit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_IMAGE_MEGABYTES", str(10 / 2**20))
    with found_files(fruit) as listing:
        assert [file.name for file in listing.files if len(file.name) <= 10] == ["pear/3.jpg"]
        assert listing.files[2].read() == b"pear/3.jpg"
        with pytest.raises(ImageError) as caught:
            listing.files[0].read()
    assert caught.value.template == TOO_HEAVY


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file of Linux that has no size")
def test_a_file_without_an_end_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of /proc say that they have 0 bytes, and have more."""
    monkeypatch.setenv("IMGCLS_IMAGE_MEGABYTES", str(10 / 2**20))
    with pytest.raises(ImageError) as caught:
        folder._read("/proc/self/status", "status.jpg")
    assert caught.value.template == TOO_HEAVY


def test_the_folder_is_not_changed(fruit: Path) -> None:
    before = {path: path.stat() for path in fruit.rglob("*")}
    with found_files(fruit) as listing:
        for file in listing.files:
            file.read()
    after = {path: path.stat() for path in fruit.rglob("*")}
    assert {path: (about.st_mtime_ns, about.st_size) for path, about in after.items()} == {
        path: (about.st_mtime_ns, about.st_size) for path, about in before.items()
    }


def test_thousands_of_files_are_listed_quickly(tmp_path: Path) -> None:
    import time

    for number in range(3000):
        path = tmp_path / f"{number % 20}" / f"{number}.{'jpg' if number % 3 else 'txt'}"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    start = time.perf_counter()
    with found_files(tmp_path) as listing:
        assert len(listing.files) == 2000
        assert set(reasons(listing).values()) == {found.OTHER_ENDING}
    assert time.perf_counter() - start < 3  # it takes 0.1 s
