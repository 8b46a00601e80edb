"""A stranger's folder → the files in it. It is only ever read, and no link leads out of it."""

from __future__ import annotations

import errno
import os
import stat
from functools import partial
from pathlib import Path

from imgcls.datasets.card import CARD
from imgcls.datasets.entries import (
    LINK,
    SPECIAL,
    TOO_DEEP,
    UNREADABLE,
    Entry,
    Skipped,
    Source,
    Steps,
    check_weight,
    image_bytes_max,
    is_hidden,
    shown_path,
    skipped,
)
from imgcls.errors import DatasetError, ImageError
from imgcls.images import NOT_A_FILE, NOT_READABLE, shown_name
from imgcls.language import N_
from imgcls.limits import limit

TOO_MANY_ENTRIES = N_(
    "The folder “{name}” holds too much. "
    "Expected at most {limit} files and folders. Received: more. Is it the right one?"
)
FOLDER_UNREADABLE = N_(
    "The folder “{name}” may not be read. Expected one that this account may open. Received: {reason}."
)

#: A link that took a file's place meanwhile is not followed, and a pipe is not waited for. Windows has neither.
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip

#: Windows' junction: a link between folders that Python 3.11 takes for a folder.
_JUNCTION = 0xA0000003


def read_folder(path: Path) -> Source:
    """All files below `path`; nothing is opened yet.

    Links are not followed. They are listed as left out, and so are devices, pipes, folders and files that may not be
    read, and folders too deep to be classes.

    Raises:
        DatasetError: the folder may not be read, or holds more than `folder_entries` files and folders.
    """
    return _Walk(path).source()


class _Walk:
    """Folder after folder, until there is none left or there are too many."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = shown_name(root.absolute().name or str(root))
        self.seen = 0
        self.entries: list[Entry] = []
        self.folders: list[Steps] = []
        self.skipped: list[Skipped] = []

    def source(self) -> Source:
        waiting: list[Steps] = [()]
        while waiting:
            steps = waiting.pop()
            waiting += self._look_into(steps)
        return Source(self.name, tuple(self.entries), tuple(self.folders), tuple(self.skipped), self._note())

    def _note(self) -> bytes:
        """The card of a data set of this app that was copied here as a folder; empty where there is none."""
        try:
            return _read(str(self.root / CARD), CARD)
        except ImageError:
            return b""

    def _look_into(self, steps: Steps) -> list[Steps]:
        """Take the files of one folder; returns its folders."""
        folders: list[Steps] = []
        try:
            with os.scandir(self.root.joinpath(*steps)) as found:
                for entry in found:
                    self._count()
                    if not is_hidden(entry.name) and self._is_folder(entry, (*steps, entry.name)):
                        folders.append((*steps, entry.name))
        except OSError as error:
            if not steps:
                raise DatasetError(FOLDER_UNREADABLE, name=self.name, reason=_reason(error)) from None
            self.skipped.append(skipped(steps, UNREADABLE, reason=_reason(error)))
        else:
            self.folders.append(steps)
        return folders

    def _count(self) -> None:
        self.seen += 1
        if self.seen > limit("folder_entries"):
            raise DatasetError(TOO_MANY_ENTRIES, name=self.name, limit=int(limit("folder_entries")))

    def _is_folder(self, entry: os.DirEntry[str], steps: Steps) -> bool:
        """Whether to look into it; everything else is taken or left out."""
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.skipped.append(skipped(steps, UNREADABLE, reason=_reason(error)))
            return False
        if stat.S_ISLNK(about.st_mode) or getattr(about, "st_reparse_tag", 0) == _JUNCTION:
            self.skipped.append(skipped(steps, LINK))
        elif stat.S_ISDIR(about.st_mode):
            return self._is_near(steps)
        elif stat.S_ISREG(about.st_mode):
            self._take(entry.path, steps)
        else:
            self.skipped.append(skipped(steps, SPECIAL))
        return False

    def _take(self, path: str, steps: Steps) -> None:
        if os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            name = shown_path(steps)
            self.entries.append(Entry(steps, name, partial(_read, path, name)))
        else:
            self.skipped.append(skipped(steps, UNREADABLE, reason=os.strerror(errno.EACCES)))

    def _is_near(self, steps: Steps) -> bool:
        if len(steps) <= limit("dataset_depth"):
            return True
        self.skipped.append(skipped(steps, TOO_DEEP, limit=int(limit("dataset_depth"))))
        return False


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _read(path: str, name: str) -> bytes:
    """The bytes of a file, which may have become anything since it was listed."""
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise ImageError(NOT_A_FILE, name=name)
            check_weight(about.st_size, name)
            data = file.read(image_bytes_max() + 1)
    except OSError as error:
        raise ImageError(NOT_READABLE, name=name, reason=_reason(error)) from None
    check_weight(len(data), name)
    return data
