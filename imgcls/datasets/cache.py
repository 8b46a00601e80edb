"""Data sets that are slow to make are made once and kept under `<home>/cache/datasets/`.

Neither the memory nor the disk grows for ever: where the arrays of all data sets together are more than their limit,
those that were asked for longest ago go first, and are made again when they are asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.home import folder
from imgcls.limits import limit

Arrays = dict[str, np.ndarray]

#: By name; what was asked for last stands last.
_memory: dict[str, Arrays] = {}
_lock = Lock()
#: One for each name: whoever makes a large data set does not keep others from theirs.
_makers: dict[str, Lock] = {}


def cached_arrays(name: str, make: Callable[[], Arrays]) -> Arrays:
    """The arrays called `name`: from memory, else from disk, else from `make`. They are read-only.

    What is asked for is kept even where it alone is more than a limit: `dataset_memory_megabytes` for the memory of
    this process, `dataset_cache_megabytes` for the files.
    """
    with _lock:
        maker = _makers.setdefault(name, Lock())
    with maker:
        with _lock:
            arrays = _memory.pop(name, None)
        arrays = _from_disk(name, make) if arrays is None else arrays
        for array in arrays.values():
            array.setflags(write=False)
        with _lock:
            _memory[name] = arrays
            _forget_oldest()
        return arrays


def _forget_oldest() -> None:
    """Let go of arrays until the rest fits into memory. Who holds some of them goes on holding them."""
    most = limit("dataset_memory_megabytes") * 1e6
    total = sum(map(_size, _memory.values()))
    for name in list(_memory)[:-1]:
        if total <= most:
            return
        total -= _size(_memory.pop(name))


def _size(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())


def _from_disk(name: str, make: Callable[[], Arrays]) -> Arrays:
    path = folder("cache", "datasets") / f"{name}.npz"
    try:
        arrays = read_arrays(path)
    except Exception:  # zipfile has a dozen words for a damaged file
        arrays = make()  # missing, or damaged: either way it can be made again
        _delete_oldest(path, _size(arrays))
        write_arrays(path, arrays)
    else:
        with suppress(OSError):  # a disk that can only be read
            path.touch()  # what was used last is deleted last
    return arrays


def _delete_oldest(path: Path, size: int) -> None:
    """Delete files until `size` bytes more fit beside the rest; `path` itself is about to be replaced."""
    files = []
    for other in path.parent.glob("*.npz"):
        with suppress(OSError):  # another process was quicker
            about = other.stat()
            files.append((about.st_mtime_ns, about.st_size, other))
    total = size + sum(weight for _, weight, other in files if other != path)
    for _, weight, other in sorted(files):
        if total <= limit("dataset_cache_megabytes") * 1e6:
            return
        if other != path:
            with suppress(OSError):  # somebody may have it open
                other.unlink()
                total -= weight
