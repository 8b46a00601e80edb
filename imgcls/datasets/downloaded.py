"""Data sets that others published on the web: downloaded once, on demand, and converted once. No Keras.

    <home>/cache/datasets-downloaded/<data set>/   the files as they were published
    <home>/cache/datasets/downloaded-….npz         what was made of them, quicker to read
    <home>/cache/checked/<data set>.json           whether they can be read (imgcls/datasets/verdicts.py)

Files that lie in Keras's own cache (`~/.keras/datasets`, or below `$KERAS_HOME`) are used where they are, whoever put
them there: they may hold fewer images than were published. What is downloaded here is held to the published checksum.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from imgcls.datasets import verdicts
from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.formats.block import DamagedFileError, Halves
from imgcls.downloads.fetch import Tell
from imgcls.downloads.file import RemoteFile, Words
from imgcls.errors import MissingDataError
from imgcls.home import check_space, folder, home
from imgcls.language import N_

WORDS = Words(
    not_fetched=N_(
        "The data set {name} could not be downloaded: {reason}. Until it can be, mnist-5k and the other data sets that "
        "come with the app, your own data sets and your finished runs work as before."
    ),
    unexpected=N_(
        "Expected a file of the data set {name}: {size:,} bytes with the checksum {wanted}. Received {count:,} bytes "
        "with {found}; they were thrown away: try again. If it happens again, something on the way changes what it "
        "passes on."
    ),
)
MISSING = N_(
    "The data set {name} ({megabytes:.0f} MB) is not on this machine yet. Download it on the page Train or Data, or "
    "with: python -m imgcls dataset download {name}. Without a network, mnist-5k and the other data sets that come "
    "with the app work as before."
)

Found = TypeVar("Found")

#: Digits of a place's mark: enough to tell two versions of the same files apart.
_MARK = 12


@dataclass(frozen=True)
class Place:
    """Where the files of a data set may lie, and how they are read there.

    Args:
        files: all of them; there is a data set only where all are, and there is at least one.
        read: its images; raises `DamagedFileError`.
    """

    files: tuple[Path, ...]
    read: Callable[[], Halves]

    def mark(self) -> str | None:
        """The same as long as the files are, by path, size and time of the last change; None: one is missing."""
        try:
            found = [(path, path.stat()) for path in self.files]
        except OSError:
            return None
        if not found or not all(stat.S_ISREG(about.st_mode) for _path, about in found):
            return None
        seen = [(str(path), about.st_size, about.st_mtime_ns) for path, about in found]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:_MARK]


@dataclass(frozen=True)
class DownloadedData:
    """A data set that has to be downloaded, unless it is there.

    Args:
        name: of the data set.
        files: (address, bytes, checksum) of each file as it was published.
        places: where files of it may lie besides; a function of the folder with the downloaded ones, which comes first.
    """

    name: str
    files: tuple[tuple[str, int, str], ...]
    places: Callable[[Path], Iterable[Place]]

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(size for _url, size, _checksum in self.files)

    def check(self) -> None:
        """Refuse it where it is not there, or cannot be read. Its files are read once, and then only looked for.

        Raises:
            MissingDataError: none of its places has it, or what they have is damaged.
        """
        self._first_good(lambda place, mark: None if verdicts.is_known(self.name, mark) else self._read(place, mark))

    def is_unread(self) -> bool:
        """Whether `check` would have to read files: some seconds, once for each version of them."""
        for _place, mark in self._places():
            if verdicts.damage_of(self.name, mark) is None:
                return not verdicts.is_known(self.name, mark)
        return False

    def arrays(self) -> dict[str, np.ndarray]:
        """All images in one: `images`, the labellings, and how many images are `train`; read-only.

        Raises:
            MissingDataError: none of its places has it, or what they have is damaged.
        """
        return self._first_good(self._read)

    def _first_good(self, ask: Callable[[Place, str], Found]) -> Found:
        """What `ask` answers for the first place whose files can be read, and their mark."""
        damage = None
        for place, mark in self._places():
            try:
                if (known := verdicts.damage_of(self.name, mark)) is not None:
                    raise known
                return ask(place, mark)
            except DamagedFileError as error:
                damage = damage or error
        raise self._refusal(damage)

    def download(self, tell: Tell = lambda done, total: True) -> bool:
        """Download and convert it if it is not there; False if `tell` said that it should end.

        Args:
            tell: told how many bytes are there, and of how many, of all files together.

        Raises:
            PlaceError: the network, the server or the disk does not allow it; what has come is kept for the next try.
            CheckpointError: what came is not what was published; it is thrown away.
        """
        with suppress(MissingDataError):
            self.arrays()
            return True
        check_space()
        before = 0
        for file in self._remote():
            if file.download(self._teller(tell, before)) is None:
                return False
            before += file.size
        self.arrays()
        return True

    def _teller(self, tell: Tell, before: int) -> Tell:
        """Tells of one file as a part of all, `before` bytes after their beginning."""
        return lambda done, total: tell(before + done, self.size)

    def _remote(self) -> list[RemoteFile]:
        folders = ("cache", "datasets-downloaded", self.name)
        return [RemoteFile(self.name, *described, folders, WORDS) for described in self.files]

    def _places(self) -> Iterator[tuple[Place, str]]:
        """The places that have the data set, and their marks."""
        for place in self.places(home().joinpath("cache", "datasets-downloaded", self.name)):
            if (mark := place.mark()) is not None:
                yield place, mark

    def _refusal(self, damage: DamagedFileError | None) -> MissingDataError:
        if damage is None:
            return MissingDataError(MISSING, name=self.name, megabytes=self.size / 1e6)
        return MissingDataError(damage.template, name=self.name, **damage.values)

    def _read(self, place: Place, mark: str) -> dict[str, np.ndarray]:
        try:
            arrays = cached_arrays(f"downloaded-{self.name}-{mark}", lambda: self._made(place))
        except DamagedFileError as error:
            if error.is_lasting:
                verdicts.keep(self.name, mark, error)
            raise
        verdicts.keep(self.name, mark, None)
        return arrays

    def _made(self, place: Place) -> dict[str, np.ndarray]:
        """Read the files, once; what was made of earlier ones is deleted."""
        arrays = place.read().arrays()
        for old in folder("cache", "datasets").glob(f"downloaded-{self.name}-{'?' * _MARK}.npz"):
            with suppress(OSError):  # somebody may have it open
                old.unlink()
        return arrays
