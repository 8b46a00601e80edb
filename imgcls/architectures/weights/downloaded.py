"""Weights that others published on the web: downloaded once, on demand, and kept. No Keras but where arrays are read.

    <home>/cache/weights/
      FILE            there whole or not at all
      FILE.part       what an interrupted download has so far; the next one goes on with it
      FILE.lock       held by whoever downloads
      FILE.sha256     for weights of which nobody publishes a checksum: what it was when the file was first met

A file in Keras's own cache (`~/.keras/models`, or below `$KERAS_HOME`) is used where it is.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from imgcls.architectures.weights.fetch import NotFetchedError, Tell, fetch
from imgcls.atomic import disk_errors, write_bytes
from imgcls.errors import CheckpointError, MissingWeightsError, PlaceError
from imgcls.home import folder
from imgcls.language import N_
from imgcls.registry import Registry

#: Seconds between two looks at what another process has downloaded so far.
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class DownloadedWeights:
    """Where weights are, and what they must be.

    Without a published checksum, the first file of the right size is trusted: its sha256 is noted beside it, and every
    later reading and download is held to that. Deleting the note forgets it.

    Args:
        name: of the network that they belong to.
        url: https.
        size: of the file in bytes.
        checksum: its sha256 or md5 in hexadecimal digits; empty: none is published.
    """

    name: str
    url: str
    size: int
    checksum: str = ""

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def megabytes(self) -> float:
        return self.size / 1e6

    def path(self) -> Path:
        """The whole file, in our cache or in Keras's.

        Raises:
            MissingWeightsError: there is none, or the one that was there is damaged.
        """
        ours = self._place("")
        for place in (ours, _keras_cache() / self.file):
            if self._is_whole(place):
                return place
        raise self._damaged(ours) if ours.exists() else self._missing()

    def check(self) -> None:
        """Refuse weights that are not there or not what they must be.

        Raises:
            MissingWeightsError: as `path`.
        """
        self.path()

    def arrays(self) -> list[np.ndarray]:
        """The arrays in the order of the file: layer by layer, as Keras's legacy HDF5 format keeps them.

        Raises:
            MissingWeightsError: as `path`.
            CheckpointError: the file is as it was published and yet not readable.
        """
        path = self.path()
        data = path.read_bytes()
        if _digest(data, self._wanted()) != self._wanted():
            raise self._damaged(path)
        try:
            return list(_arrays(io.BytesIO(data)))
        except (OSError, KeyError, ValueError, RuntimeError) as error:  # what h5py raises for what is no HDF5 file
            raise CheckpointError(
                N_("Expected Keras weights in HDF5. {path} is something else ({reason})."),
                path=str(path),
                reason=str(error),
            ) from None

    def download(self, tell: Tell = lambda done, total: True) -> Path | None:
        """Download the file if it is not there; None if `tell` said that it should end.

        Two processes at once do no harm: the second waits, and is told how far the first has come.

        Args:
            tell: told how many bytes are there, and of how many.

        Raises:
            PlaceError: the network, the server or the disk does not allow it; what has come is kept for the next try.
            CheckpointError: what came is not what was published; it is thrown away.
        """
        with suppress(MissingWeightsError):
            return self.path()
        lock = FileLock(self._place(".lock"))
        while not _taken(lock):
            if not tell(_size(self._place(".part")), self.size):
                return None
        try:
            return self._download(tell)
        finally:
            lock.release()

    def _download(self, tell: Tell) -> Path | None:
        with suppress(MissingWeightsError):
            return self.path()  # another process has done it meanwhile
        draft = self._place(".part")
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
            os.replace(draft, self._place(""))
        return self._place("")

    def _fetch(self, draft: Path, tell: Tell) -> bool:
        try:
            return fetch(self.url, draft, self.size, tell)
        except NotFetchedError as error:
            raise PlaceError(
                N_(
                    "The weights of {name} could not be downloaded: {reason}. Until they can be, efficientnet-lite0, "
                    "whose weights come with a package, networks that start from random weights, and your finished "
                    "runs work as before."
                ),
                name=self.name,
                reason=str(error),
            ) from None

    def _place(self, ending: str) -> Path:
        return folder("cache", "weights") / f"{self.file}{ending}"

    def _is_whole(self, path: Path) -> bool:
        try:
            about = path.stat()
            if about.st_size != self.size:
                return False
            wanted = self._wanted()
            found = _checksum(path, about.st_size, about.st_mtime_ns, _kind(wanted))
        except OSError:
            return False
        if not wanted:
            write_bytes(self._place(".sha256"), found.encode())
        return found == (wanted or found)

    def _wanted(self) -> str:
        """The checksum that the file must have; empty: nobody has met it yet."""
        if self.checksum:
            return self.checksum
        try:
            return self._place(".sha256").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _missing(self) -> MissingWeightsError:
        return MissingWeightsError(
            N_(
                "The weights of {name} ({megabytes:.0f} MB) are not on this machine yet. Download them on the page "
                "Train, or with: python -m imgcls weights {name}"
            ),
            name=self.name,
            megabytes=self.megabytes,
        )

    def _damaged(self, path: Path) -> MissingWeightsError:
        return MissingWeightsError(
            N_(
                "The weights of {name} ({megabytes:.0f} MB) are damaged: {path} is not what it was. Download them "
                "again, on the page Train or with: python -m imgcls weights {name}"
            ),
            name=self.name,
            megabytes=self.megabytes,
            path=str(path),
        )

    def _unexpected(self, draft: Path) -> CheckpointError:
        return CheckpointError(
            N_(
                "Expected the weights of {name}: {size:,} bytes with the checksum {wanted}. Received {count:,} bytes "
                "with {found}; they were thrown away: try again. If it happens again, something on the way changes "
                "what it passes on."
            ),
            name=self.name,
            size=self.size,
            wanted=self._wanted() or "?",
            count=_size(draft),
            found=_digest(draft.read_bytes(), self._wanted()),
        )


MISSING_WEIGHTS = N_("There are no weights “{name}” to download. Expected one of: {known}.")
#: All weights that can be downloaded; who offers some adds them.
DOWNLOADED: Registry[DownloadedWeights] = Registry(MISSING_WEIGHTS)


def _keras_cache() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser() / "models"


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


# -- Keras's legacy HDF5 format


def _arrays(file: io.BytesIO) -> Iterator[np.ndarray]:
    import h5py

    with h5py.File(file, "r") as whole:
        layers = whole if _has(whole, "layer_names") else whole["model_weights"]
        for layer in _names(layers, "layer_names"):
            for weight in _names(layers[layer], "weight_names"):
                yield np.asarray(layers[layer][weight])


def _has(group: Any, name: str) -> bool:
    return name in group.attrs or f"{name}0" in group.attrs


def _names(group: Any, name: str) -> list[str]:
    """A list of names; a long one is cut into pieces with numbers, because HDF5 takes no more than 64 kB."""
    if name in group.attrs:
        pieces = [group.attrs[name]]
    else:
        count = sum(key.startswith(name) for key in group.attrs)
        pieces = [group.attrs[f"{name}{number}"] for number in range(count)]
    return [one.decode() if isinstance(one, bytes) else str(one) for piece in pieces for one in piece]
