"""Files that are there whole or not at all: written beside their place, flushed, then renamed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.errors import PlaceError
from imgcls.language import N_

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the system's complaint about `path` into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            template = N_("The disk is full: {path} could not be written. Free some space and resume.")
        else:
            template = N_("{path} could not be written ({reason}).")
        raise PlaceError(template, path=str(path), reason=error.strerror or type(error).__name__) from error


def write_bytes(path: Path, data: bytes, durable: bool = True) -> None:
    """Replace `path` by `data` in one step.

    Args:
        durable: wait until the disk has it; False for what can be lost in a power cut without harm.

    Raises:
        PlaceError: it could not be written; the old file is still there.
    """
    with disk_errors(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):  # the cause is what failed first
                os.unlink(name)
            raise


def write_json(path: Path, data: Any, durable: bool = True) -> None:
    """Replace `path` by `data` as JSON in one step."""
    write_bytes(path, json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False).encode(), durable)


def read_json(path: Path) -> Any:
    """Parsed JSON, or None where the file is missing or damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> str:
    """Replace `path` (.npz) by `arrays` in one step; returns the sha256 of the file."""
    buffer = io.BytesIO()
    save: Any = np.savez
    save(buffer, **arrays)
    data = buffer.getvalue()
    write_bytes(path, data, durable)
    return hashlib.sha256(data).hexdigest()


def read_arrays(path: Path, only: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The arrays of an .npz file; never unpickles.

    Args:
        only: names of those that are wanted, as far as they are there; None: all. The others are not read.

    Raises:
        OSError: it is not there, or may not be read.
        ValueError: it is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if only is None or name in only}
    except (OSError, ValueError):
        raise
    except Exception as error:  # zipfile and zlib have a dozen words for a damaged file
        raise ValueError(f"{path} is damaged") from error
