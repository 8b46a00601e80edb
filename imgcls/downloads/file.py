"""A file that others published on the web: downloaded once, and there whole or not at all. No Keras.

<home>/<folder>/
  FILE            there whole or not at all
  FILE.part       what an interrupted download has so far; the next one goes on with it
  FILE.lock       held by whoever downloads
  FILE.sha256     where nobody publishes a checksum: what it was when the file was first met
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from imgcls.atomic import disk_errors, write_bytes
from imgcls.downloads.fetch import NotFetchedError, Tell, fetch
from imgcls.errors import CheckpointError, PlaceError
from imgcls.home import folder

#: Seconds between two looks at what another process has downloaded so far.
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Words:
    """What is said when a download fails; both marked with `N_`, with places for the values named.

    Args:
        not_fetched: the network or the server does not give it: `{name}`, `{reason}`.
        unexpected: something else came: `{name}`, `{size}`, `{wanted}`, `{count}`, `{found}`.
    """

    not_fetched: str
    unexpected: str


@dataclass(frozen=True)
class RemoteFile:
    """Where a file is, and what it must be.

    Without a published checksum, the first file of the right size is trusted: its sha256 is noted beside it, and every
    later reading and download is held to that. Deleting the note forgets it.

    Args:
        name: of what it belongs to, for messages.
        url: https.
        size: of the file in bytes; about right is enough where there is a checksum.
        checksum: its sha256 or md5 in hexadecimal digits; empty: none is published, and the size must be exact.
        folders: where it is kept, below the home folder.
        words: what is said when a download fails.
        elsewhere: other places where the same file may lie; it is used where it is.
    """

    name: str
    url: str
    size: int
    checksum: str
    folders: tuple[str, ...]
    words: Words
    elsewhere: Callable[[], Iterable[Path]] = tuple

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]

    def place(self, ending: str = "") -> Path:
        """Where it is kept once it is downloaded."""
        return folder(*self.folders) / f"{self.file}{ending}"

    def find(self) -> Path | None:
        """The whole file, here or elsewhere; None: there is none, or it is damaged."""
        return next((path for path in (self.place(), *self.elsewhere()) if self._is_whole(path)), None)

    def read(self, path: Path) -> bytes | None:
        """What is in the file that `find` found; None if it has gone bad unseen, by its size and time the same."""
        data = path.read_bytes()
        return data if _digest(data, self._wanted()) == self._wanted() else None

    def download(self, tell: Tell = lambda done, total: True) -> Path | None:
        """Download the file if it is not there; None if `tell` said that it should end.

        Two processes at once do no harm: the second waits, and is told how far the first has come.

        Args:
            tell: told how many bytes are there, and of how many.

        Raises:
            PlaceError: the network, the server or the disk does not allow it; what has come is kept for the next try.
            CheckpointError: what came is not what was published; it is thrown away.
        """
        if (found := self.find()) is not None:
            return found
        lock, come = FileLock(self.place(".lock")), 0
        while not _taken(lock):
            come = max(come, _size(self.place(".part")))  # the other may have moved it to its place just now
            if not tell(come, self.size):
                return None
        try:
            return self._download(tell)
        finally:
            lock.release()

    def _download(self, tell: Tell) -> Path | None:
        if (found := self.find()) is not None:
            return found  # another process has done it meanwhile
        draft = self.place(".part")
        # without a published checksum, nothing would tell halves of two different files apart
        if not self.checksum or _size(draft) >= self.size:
            _remove(draft)
        if not (tell(_size(draft), self.size) and self._fetch(draft, tell)):
            _remove(draft)
            return None
        if not self._is_whole(draft):
            error = self._unexpected(draft)
            _remove(draft)
            raise error
        with disk_errors(draft):
            os.replace(draft, self.place())
        return self.place()

    def _fetch(self, draft: Path, tell: Tell) -> bool:
        try:
            return fetch(self.url, draft, self.size, tell)
        except NotFetchedError as error:
            raise PlaceError(self.words.not_fetched, name=self.name, reason=str(error)) from None

    def _is_whole(self, path: Path) -> bool:
        try:
            about = path.stat()
            if not self.checksum and about.st_size != self.size:
                return False
            wanted = self._wanted()
            found = _checksum(path, about.st_size, about.st_mtime_ns, _kind(wanted))
        except OSError:
            return False
        if not wanted:
            write_bytes(self.place(".sha256"), found.encode())
        return found == (wanted or found)

    def _wanted(self) -> str:
        """The checksum that the file must have; empty: nobody has met it yet."""
        if self.checksum:
            return self.checksum
        try:
            return self.place(".sha256").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _unexpected(self, draft: Path) -> CheckpointError:
        wanted, about = self._wanted(), draft.stat()
        return CheckpointError(
            self.words.unexpected,
            name=self.name,
            size=self.size,
            wanted=wanted or "?",
            count=about.st_size,
            found=_checksum(draft, about.st_size, about.st_mtime_ns, _kind(wanted)),
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _taken(lock: FileLock) -> bool:
    with disk_errors(Path(lock.lock_file)):
        try:
            lock.acquire(timeout=LOOK_SECONDS)
        except Timeout:
            return False
    return True


def _remove(path: Path) -> None:
    with disk_errors(path):
        path.unlink(missing_ok=True)


@lru_cache(maxsize=32)
def _checksum(path: Path, size: int, changed: int, kind: str) -> str:
    """The checksum of a file; `size` and the time of its last change tell whether it is still the same."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def _kind(checksum: str) -> str:
    return "md5" if len(checksum) == 32 else "sha256"


def _digest(data: bytes, like: str) -> str:
    return hashlib.new(_kind(like), data, usedforsecurity=False).hexdigest()
