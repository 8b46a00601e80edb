"""What a ZIP archive says of the files in it, and what no honest archive says.

Nothing of this is known to be true; it is what is checked before the first byte of a file is read.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imgcls.datasets.entries import Steps, megabytes, shown_path
from imgcls.datasets.layout import spelling
from imgcls.errors import DatasetError
from imgcls.images import BYTES_PER_MEGABYTE, shown_name
from imgcls.language import N_
from imgcls.limits import limit

DAMAGED = N_(
    "The archive “{archive}” is cut off or damaged. Expected a whole ZIP archive. "
    "Received: one whose table of contents is missing or does not fit the rest."
)
EMPTY = N_("The archive “{archive}” is empty. Expected one folder of pictures for each class. Received: no files.")
TOO_MANY = N_("The archive “{archive}” holds too much. Expected at most {limit} files and folders. Received: more.")
UNPACKED = N_(
    "The archive “{archive}” unpacks to too much. Expected at most {limit} MB. Received: {size} MB, by its own account."
)

OUTSIDE = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected names inside of the archive. Received: a path that leads out of it."
)
ABSOLUTE = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected names inside of the archive. Received: a path from the root of a disk."
)
ZERO_IN_NAME = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected names of visible letters. Received: one with a hidden end (a zero byte)."
)
TWO_SLASHES = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected “/” between folders. Received: “/” in some names and “\\” in others."
)
TOO_DEEP = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected at most {limit} folders inside each other. Received: more."
)
LINK = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected files and folders. Received: a link to another place."
)
SPECIAL = N_(
    "The archive “{archive}” is refused because of “{name}”. Expected files and folders. Received: a device or a pipe."
)
ENCRYPTED = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected files without a password. Received: an encrypted one."
)
OTHER_METHOD = N_(
    "The archive “{archive}” is refused because of “{name}”. Expected files packed by the usual method (deflate). "
    "Received: method {method}. Pack the folder again with what your system offers."
)
BOMB = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected pictures, which shrink at most {limit} times. Received: {packed} KB that unpack to {size} MB."
)
OVERLAP = N_(
    "The archive “{archive}” is refused because of “{name}”. "
    "Expected files that lie one behind the other. Received: one that reaches into the next, or beyond the end."
)
TWICE = N_(
    "The archive “{archive}” is refused because of “{name}”. Expected each name once. Received: two files of this name."
)
SAME_NAME = N_(
    "The archive “{archive}” is refused because of “{name}”. Expected names that every system can tell apart. "
    "Received: one that differs from “{other}” only in capital letters or in how an accent is written."
)

#: A file below this size may shrink as it likes: thousands of empty lines are no bomb.
_RATIO_FROM = BYTES_PER_MEGABYTE

#: Of a file's own header, without its name.
_HEADER_BYTES = 30

#: Bits of a member's flags (APPNOTE.TXT 4.4.4): encrypted, strongly encrypted, masked.
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13

#: Stored and deflated (4.4.5). A few bytes of `lzma` or `bzip2` unpack to gigabytes at one stroke.
_METHODS = (0, 8)


@dataclass(frozen=True, slots=True)
class Member:
    """What the archive says of one file or folder in it.

    Args:
        archive: its name, safe to show.
        name: of the member, with “/” between its steps.
        mode: its kind in Unix's words (`stat.S_IFMT`); 0 where a system without them packed it.
        flags, method: as in APPNOTE.TXT, 4.4.4 and 4.4.5.
        size, packed_size: in bytes.
        begin: where its header begins in the archive (bytes).
    """

    archive: str
    name: str
    mode: int
    flags: int
    method: int
    size: int
    packed_size: int
    begin: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") or self.mode == stat.S_IFDIR

    @property
    def steps(self) -> Steps:
        return tuple(step for step in self.name.split("/") if step not in ("", "."))

    def refused(self, template: str, **values: object) -> DatasetError:
        shown = shown_path(tuple(self.name.split("/")))
        return DatasetError(template, archive=self.archive, name=shown, **values)


def check_members(members: Sequence[Member], end: int, archive: str) -> None:
    """Refuse what only an attacker or a broken program makes.

    Args:
        end: where the table of contents begins (bytes), and no file reaches.

    Raises:
        DatasetError: one sentence, which names the first member that is refused.
    """
    if not members:
        raise DatasetError(EMPTY, archive=archive)
    if len(members) > (allowed := int(limit("archive_members"))):
        raise DatasetError(TOO_MANY, archive=archive, limit=allowed)
    for member in members:
        _check_name(member)
        _check_kind(member)
        _check_size(member)
    _check_places(members, end)
    _check_clashes(members)
    total, most = sum(member.size for member in members), limit("archive_unpacked_megabytes")
    if total > most * BYTES_PER_MEGABYTE:
        raise DatasetError(UNPACKED, archive=archive, limit=f"{most:g}", size=megabytes(total))


def _check_name(member: Member) -> None:
    name = member.name
    if "\0" in name:
        raise member.refused(ZERO_IN_NAME)
    if "\\" in name:
        raise member.refused(TWO_SLASHES)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise member.refused(ABSOLUTE)
    if name.count("/") > limit("dataset_depth"):
        raise member.refused(TOO_DEEP, limit=int(limit("dataset_depth")))
    if any(step.strip() == ".." for step in name.split("/")):
        raise member.refused(OUTSIDE)


def _check_kind(member: Member) -> None:
    if member.mode == stat.S_IFLNK:
        raise member.refused(LINK)
    if member.mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise member.refused(SPECIAL)
    if member.flags & _ENCRYPTED:
        raise member.refused(ENCRYPTED)
    if member.method not in _METHODS:
        raise member.refused(OTHER_METHOD, method=member.method)


def _check_size(member: Member) -> None:
    size, packed, most = member.size, member.packed_size, limit("archive_ratio")
    if size > _RATIO_FROM and size > most * packed:
        kilobytes = f"{packed / 1024:.1f}"
        raise member.refused(BOMB, limit=f"{most:g}", packed=kilobytes, size=megabytes(size))


def _check_places(members: Iterable[Member], end: int) -> None:
    """No byte belongs to two members, so that all of them together unpack a file's worth of bytes and no more.

    The length of a header's extra field is not known before it is read, and left out: places are judged too kindly by
    it, never too strictly.
    """
    for member in sorted(members, key=lambda member: member.begin, reverse=True):
        begin = member.begin
        if begin < 0:  # the places are counted from the end, and the front is missing
            raise DatasetError(DAMAGED, archive=member.archive)
        if begin + _HEADER_BYTES + len(member.name) + member.packed_size > end:
            raise member.refused(OVERLAP)
        end = begin


def _check_clashes(members: Iterable[Member]) -> None:
    """No two files, and no two folders on the way to them, that some system takes for one."""
    known: dict[tuple[int, str], tuple[int, str]] = {}  # (parent, name to a system) → (number, name as written)
    files = set()
    for member in members:
        number = 0
        for step in member.steps:
            key = (number, spelling(step))
            number, written = known.setdefault(key, (len(known) + 1, step))
            if written != step:
                raise member.refused(SAME_NAME, other=shown_name(written))
        if not member.is_folder and number in files:
            raise member.refused(TWICE)
        files |= set() if member.is_folder else {number}
