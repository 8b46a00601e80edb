"""Weights that others published on the web: downloaded once, on demand, and kept. No Keras but where arrays are read.

They lie in `<home>/cache/weights/`. A file in Keras's own cache (`~/.keras/models`, or below `$KERAS_HOME`) is used
where it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.downloads.fetch import Tell
from imgcls.downloads.file import RemoteFile, Words
from imgcls.downloads.keras_cache import keras_cache
from imgcls.errors import CheckpointError, MissingWeightsError
from imgcls.language import N_
from imgcls.registry import Registry

WORDS = Words(
    not_fetched=N_(
        "The weights of {name} could not be downloaded: {reason}. Until they can be, efficientnet-lite0, "
        "whose weights come with a package, networks that start from random weights, and your finished "
        "runs work as before."
    ),
    unexpected=N_(
        "Expected the weights of {name}: {size:,} bytes with the checksum {wanted}. Received {count:,} bytes "
        "with {found}; they were thrown away: try again. If it happens again, something on the way changes "
        "what it passes on."
    ),
)


@dataclass(frozen=True)
class DownloadedWeights:
    """Where weights are, and what they must be.

    Args:
        name: of the network that they belong to.
        url: https.
        size: of the file in bytes; about right is enough where there is a checksum.
        checksum: its sha256 or md5 in hexadecimal digits; empty: none is published, and the first file of the right
            size is trusted.
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

    @property
    def _remote(self) -> RemoteFile:
        return RemoteFile(
            self.name,
            self.url,
            self.size,
            self.checksum,
            folders=("cache", "weights"),
            words=WORDS,
            elsewhere=lambda: [keras_cache("models") / self.file],
        )

    def path(self) -> Path:
        """The whole file, in our cache or in Keras's.

        Raises:
            MissingWeightsError: there is none, or the one that was there is damaged.
        """
        if (found := self._remote.find()) is not None:
            return found
        ours = self._remote.place()
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
        data = self._remote.read(path)
        if data is None:
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

        Args:
            tell: told how many bytes are there, and of how many.

        Raises:
            PlaceError: the network, the server or the disk does not allow it; what has come is kept for the next try.
            CheckpointError: what came is not what was published; it is thrown away.
        """
        return self._remote.download(tell)

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


MISSING_WEIGHTS = N_("There are no weights “{name}” to download. Expected one of: {known}.")
#: All weights that can be downloaded; who offers some adds them.
DOWNLOADED: Registry[DownloadedWeights] = Registry(MISSING_WEIGHTS)


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
