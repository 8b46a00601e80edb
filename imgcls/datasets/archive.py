"""A stranger's ZIP archive → the files in it, without unpacking it: nothing is ever written.

The only file that reads archives. `zipfile` believes whatever an archive says of itself; so all of it is checked before
the first file is read (imgcls/datasets/zip_members.py), and the length of the table of contents before `zipfile` reads
that. An archive that only an attacker or a broken program makes is refused as a whole. A damaged picture is one
picture's fault: reading it raises an `ImageError`, and the others can be read.

Names without Unicode's mark are taken for UTF-8, which macOS and Info-ZIP write, then for GB 2312 of a Chinese Windows,
then for code page 437. Not covered: archives in several volumes.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from imgcls.datasets.entries import Entry, Source, check_weight, image_bytes_max, is_hidden, megabytes, shown_path
from imgcls.datasets.zip_members import DAMAGED, TOO_MANY, Member, check_members
from imgcls.errors import DatasetError, ImageError
from imgcls.images import BYTES_PER_MEGABYTE, shown_name
from imgcls.language import N_
from imgcls.limits import limit

UNREADABLE = N_("“{archive}” may not be read. Expected a file that this account may open. Received: {reason}.")
TOO_HEAVY = N_("The archive “{archive}” is too large. Expected at most {limit} MB. Received: {size} MB.")
NOT_AN_ARCHIVE = N_(
    "“{archive}” is no ZIP archive. Expected a folder or a ZIP archive. Received: a file that begins with {start}."
)
OTHER_KIND = N_("“{archive}” is no ZIP archive. Expected a folder or a ZIP archive. Received: {what}.")
MEMBER_DAMAGED = N_(
    "“{name}” is damaged inside of its archive. Expected what was once packed. "
    "Received: bytes that do not match their checksum or their length."
)

#: Of the table of contents; a usual entry has 100 to 200.
_BYTES_PER_MEMBER = 512

#: What may be read of any archive: a table of contents of 1,400 members, or the comment at its end.
_SMALL = 2**16

#: With which each entry of the table of contents begins.
_ENTRY = b"PK\x01\x02"

#: The bit of a member's flags that says that its name is UTF-8 (APPNOTE.TXT 4.4.4).
_UNICODE = 1 << 11

#: Beginnings of files that people take for a ZIP archive.
_OTHER_KINDS = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"RIFF": "WebP",
}


class _WaryFile(io.BufferedReader):
    """The archive's file, which refuses to be read for a table of contents that is over the limits.

    `zipfile` reads as many bytes at one stroke as the archive says, and makes an object of each member it finds.
    """

    def __init__(self, path: Path, archive: str) -> None:
        super().__init__(io.FileIO(path))
        self.length = os.fstat(self.fileno()).st_size
        self.archive = archive
        self.is_listing = True

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_listing or size is None or size <= _SMALL:
            return super().read(size)
        most = int(limit("archive_members"))
        if size > self.length:
            raise DatasetError(DAMAGED, archive=self.archive)
        data = super().read(size) if size <= most * _BYTES_PER_MEMBER else b""
        if not data or data.count(_ENTRY) > most:
            raise DatasetError(TOO_MANY, archive=self.archive, limit=most)
        return data


def read_archive(path: Path) -> Source:
    """All files of a ZIP archive; only its table of contents is read yet.

    Args:
        path: a regular file, whatever its ending.

    Raises:
        DatasetError: it is no archive, cannot be read, is over a limit, or is made to do harm; one sentence says why.
    """
    archive = shown_name(path.name)
    try:
        file = _WaryFile(path, archive)
    except OSError as error:
        raise DatasetError(UNREADABLE, archive=archive, reason=error.strerror or type(error).__name__) from None
    try:
        return _listed(file, archive)
    except BaseException:
        file.close()
        raise


def _listed(file: _WaryFile, archive: str) -> Source:
    most = limit("archive_megabytes")
    if file.length > most * BYTES_PER_MEGABYTE:
        raise DatasetError(TOO_HEAVY, archive=archive, limit=f"{most:g}", size=megabytes(file.length))
    zipped = _opened(file, archive)
    members = _members(zipped.infolist(), archive)
    check_members(members, zipped.start_dir, archive)
    entries, folders = [], []
    for info, member in zip(zipped.infolist(), members, strict=True):
        steps = member.steps
        if any(map(is_hidden, steps)):
            continue
        if member.is_folder:
            folders.append(steps)
        elif steps:
            name = shown_path(steps)
            entries.append(Entry(steps, name, partial(_read, file, zipped, info, name)))
    return Source(archive, tuple(entries), tuple(folders), note=zipped.comment, close=file.close)


def _opened(file: _WaryFile, archive: str) -> zipfile.ZipFile:
    start = file.peek(8)[:8]
    try:
        zipped = zipfile.ZipFile(file)
    except DatasetError:
        raise
    except Exception:  # zipfile has a dozen words for a damaged file
        raise _no_archive(start, archive) from None
    file.is_listing = False
    return zipped


def _no_archive(start: bytes, archive: str) -> DatasetError:
    """What to say of a file by its first bytes."""
    if not start:
        return DatasetError(OTHER_KIND, archive=archive, what="0 B")
    if start.startswith(b"PK"):
        return DatasetError(DAMAGED, archive=archive)
    for beginning, what in _OTHER_KINDS.items():
        if start.startswith(beginning):
            return DatasetError(OTHER_KIND, archive=archive, what=what)
    return DatasetError(NOT_AN_ARCHIVE, archive=archive, start=start[:4].hex(" ").upper())


def _members(infos: list[zipfile.ZipInfo], archive: str) -> list[Member]:
    """What the archive says of its members. Some tools of Windows write “\\” between folders, and then only that."""
    names = _decoded(infos)
    if not any("/" in name for name in names):
        names = [name.replace("\\", "/") for name in names]
    return [
        Member(
            archive,
            name,
            mode=stat.S_IFMT(info.external_attr >> 16),
            flags=info.flag_bits,
            method=info.compress_type,
            size=info.file_size,
            packed_size=info.compress_size,
            begin=info.header_offset,
        )
        for info, name in zip(infos, names, strict=True)
    ]


def _decoded(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names as whoever packed them read them; `zipfile` takes all that are not marked as UTF-8 for code page 437."""
    raw = [b"" if info.flag_bits & _UNICODE else info.orig_filename.encode("cp437") for info in infos]
    coding = _coding(b"\n".join(raw))
    return [name.decode(coding) if name else info.orig_filename for info, name in zip(infos, raw, strict=True)]


def _coding(names: bytes) -> str:
    for coding in ("utf-8", "gb2312"):
        with suppress(UnicodeDecodeError):
            names.decode(coding)
            return coding
    return "cp437"


def _read(file: _WaryFile, zipped: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """The bytes of a member, counted as they come: one more than is allowed at most."""
    if file.closed:
        raise ValueError(f"{name} is asked for after its archive was closed")
    check_weight(info.file_size, name)
    try:
        with zipped.open(info) as stream:
            data = stream.read(image_bytes_max() + 1)
    except Exception:  # zipfile and zlib have a dozen words for a damaged file
        raise ImageError(MEMBER_DAMAGED, name=name) from None
    check_weight(len(data), name)
    if len(data) != info.file_size:
        raise ImageError(MEMBER_DAMAGED, name=name)
    return data
