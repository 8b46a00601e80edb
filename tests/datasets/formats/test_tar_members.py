"""A tar archive is read from beginning to end; nothing of it is ever written."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from imgcls.datasets.formats.block import DamagedFileError
from imgcls.datasets.formats.tar_members import read_members
from tests.datasets.placed import packed

CONTENT = np.random.default_rng(0).bytes(50_000)
FILES = {"readme.html": b"<html>", "test": CONTENT[:9], "train": CONTENT}


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "inside" / "some.tar.gz"
    path.parent.mkdir()
    path.write_bytes(packed("folder", FILES))
    return path


def found(path: Path, *names: str) -> dict[str, bytes]:
    seen = {}

    def keep(name: str, content: IO[bytes]) -> None:
        seen[name] = content.read()

    read_members(path, names, keep)
    return seen


def said(error: DamagedFileError) -> str:
    return error.template.format(name="it", **error.values)


def test_the_members_that_are_wanted_and_no_others(archive):
    assert found(archive, "folder/train", "folder/test", "folder/none") == {
        "folder/test": CONTENT[:9],
        "folder/train": CONTENT,
    }
    assert found(archive) == {}


def test_a_member_may_be_read_in_part_and_line_by_line(archive):
    """As `pickletools` does; the next member is met all the same."""
    seen = []

    def look(name: str, content: IO[bytes]) -> None:
        seen.append((name, content.tell(), content.read(3), content.tell(), content.readline()[:5]))

    read_members(archive, ["folder/train", "folder/test"], look)
    lines = CONTENT[3:9].splitlines(keepends=True)[0][:5], CONTENT[3:].split(b"\n")[0][:5]
    assert seen == [("folder/test", 0, CONTENT[:3], 3, lines[0]), ("folder/train", 0, CONTENT[:3], 3, lines[1])]


def test_nothing_is_written(archive, monkeypatch):
    monkeypatch.chdir(archive.parent)
    found(archive, "folder/train")
    assert list(archive.parent.iterdir()) == [archive]


KINDS = {
    "a link": tarfile.SYMTYPE,
    "a second name": tarfile.LNKTYPE,
    "a pipe": tarfile.FIFOTYPE,
    "a device": tarfile.CHRTYPE,
    "a folder": tarfile.DIRTYPE,
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_no_plain_file_is_passed_over(tmp_path, kind):
    info = tarfile.TarInfo("folder/train")
    info.type, info.linkname = kind, "/etc/hostname"
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        archive.addfile(info)
    assert found(tmp_path / "x.tar.gz", "folder/train") == {}


@pytest.mark.parametrize("name", ["../folder/train", "/folder/train", "./folder/train", "train", "folder/train2"])
def test_only_the_whole_name_counts(tmp_path, name):
    info = tarfile.TarInfo(name)
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        archive.addfile(info)
    assert found(tmp_path / "x.tar.gz", "folder/train") == {}


WHOLE = packed("folder", FILES)
DAMAGED = {
    "empty": b"",
    "no gzip": gzip.decompress(WHOLE),
    "a text": b"log in first",
    "gzip of a text": gzip.compress(b"log in first" * 100),
    "cut off": WHOLE[:-5000],
    "without its checksum": WHOLE[:-8],
    "another checksum": WHOLE[:-8] + bytes(8),
    "cut off before it was packed": gzip.compress(gzip.decompress(WHOLE)[:20_000]),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_is_refused(archive, data):
    archive.write_bytes(data)
    with pytest.raises(DamagedFileError) as raised:
        found(archive, "folder/train")
    assert "is cut off, damaged or another file" in said(raised.value)
    assert str(archive) in said(raised.value)


def test_a_flipped_bit_is_noticed(archive):
    random = np.random.default_rng(0)
    for _ in range(100):
        data = bytearray(WHOLE)
        data[random.integers(20, len(data))] ^= 1 << int(random.integers(8))
        archive.write_bytes(data)
        with pytest.raises(DamagedFileError):
            found(archive, "folder/train")


def test_a_bomb_is_left_alone(archive, monkeypatch):
    """Twenty megabytes of zeros, in a member that nobody wants, where two are allowed."""
    monkeypatch.setenv("IMGCLS_DOWNLOAD_MEGABYTES", "1")
    archive.write_bytes(packed("folder", {"padding": bytes(20_000_000), **FILES}))
    with pytest.raises(DamagedFileError) as raised:
        found(archive, "folder/train")
    assert "Expected at most 2 MB unpacked" in said(raised.value)


def test_a_bomb_behind_the_last_member_is_left_alone(archive, monkeypatch):
    monkeypatch.setenv("IMGCLS_DOWNLOAD_MEGABYTES", "1")
    archive.write_bytes(gzip.compress(gzip.decompress(WHOLE) + bytes(20_000_000)))
    with pytest.raises(DamagedFileError) as raised:
        found(archive, "folder/train")
    assert "Expected at most 2 MB unpacked" in said(raised.value)


def test_errors_of_the_reader_pass(archive):
    def refuse(name: str, content: IO[bytes]) -> None:
        raise DamagedFileError("{name}: {path}", Path("x"))

    with pytest.raises(DamagedFileError) as raised:
        read_members(archive, ["folder/train"], refuse)
    assert said(raised.value) == "it: x"


def test_the_archives_of_these_tests_are_like_the_published_ones():
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as archive:
        assert archive.getnames() == ["folder", *(f"folder/{file}" for file in FILES)]
