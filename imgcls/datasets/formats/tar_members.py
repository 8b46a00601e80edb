"""A gzipped tar archive, read from beginning to end: the members that are wanted, and nothing is ever unpacked."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any

from imgcls.datasets.formats.block import DamagedFileError, readable
from imgcls.images import BYTES_PER_MEGABYTE
from imgcls.language import N_
from imgcls.limits import limit

TOO_LARGE = N_(
    "The data set {name} cannot be read: “{path}” holds too much. Expected at most {most:g} MB unpacked. "
    "Received: more."
)

#: Pixels hardly shrink; whatever unpacks to more than so many times the largest download is no data set.
_RATIO = 2
#: Bytes read at once: tarfile makes three copies of what it is asked for.
_CHUNK = 2**20


def read_members(path: Path, names: Collection[str], read: Callable[[str, IO[bytes]], None]) -> None:
    """Call `read` with each member that is a plain file with one of these names, in the archive's order.

    Args:
        path: of the archive.
        names: whole names of members, `folder/file`.
        read: name and content; it is gone when `read` returns.

    Raises:
        DamagedFileError: the archive is cut off, damaged, or unpacks to too much.
    """
    with readable(path), gzip.open(path) as file:
        unpacked = _Bounded(file, path)
        # a stream: tarfile cannot go back in it, and asks for nothing but `read`
        with tarfile.open(fileobj=unpacked, mode="r|") as archive:  # type: ignore[call-overload]
            for member in archive:
                content = archive.extractfile(member) if member.isreg() and member.name in names else None
                if content is not None:
                    read(member.name, io.BufferedReader(_Pieces(content)))
        while unpacked.read(_CHUNK):
            pass  # gzip compares its checksum at the end


class _Bounded:
    """A file that refuses to give more than a data set has."""

    def __init__(self, file: gzip.GzipFile, path: Path) -> None:
        self._file, self._path = file, path
        self._most, self._given = _RATIO * limit("download_megabytes"), 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._given += len(data)
        if self._given > self._most * BYTES_PER_MEGABYTE:
            raise DamagedFileError(TOO_LARGE, self._path, most=self._most)
        return data


class _Pieces(io.RawIOBase):
    """A member of the archive, never asked for much at a time."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._content.read(min(len(buffer), _CHUNK))
        buffer[: len(piece)] = piece
        return len(piece)
