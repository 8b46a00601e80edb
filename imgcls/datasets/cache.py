"""Data sets that are slow to make are made once and kept under `<home>/cache/datasets/`."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.home import folder

_memory: dict[str, dict[str, np.ndarray]] = {}
_lock = Lock()


def cached_arrays(name: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The arrays called `name`: from memory, else from disk, else from `make`. They are read-only."""
    with _lock:
        if name not in _memory:
            _memory[name] = _from_disk(name, make)
            for array in _memory[name].values():
                array.setflags(write=False)
        return _memory[name]


def _from_disk(name: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    path = folder("cache", "datasets") / f"{name}.npz"
    try:
        return read_arrays(path)
    except Exception:  # zipfile has a dozen words for a damaged file
        arrays = make()  # missing, or damaged: either way it can be made again
        write_arrays(path, arrays)
        return arrays
