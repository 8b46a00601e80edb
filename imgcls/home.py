"""The folder where runs, data sets and caches live: `$IMGCLS_HOME`, by default `~/.imgcls`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from imgcls.errors import PlaceError
from imgcls.language import N_
from imgcls.limits import limit


def home() -> Path:
    """The home folder; it need not exist yet."""
    return Path(os.environ.get("IMGCLS_HOME") or Path.home() / ".imgcls").expanduser().absolute()


def folder(*parts: str) -> Path:
    """A folder below the home folder, made if it is not there.

    Raises:
        PlaceError: it cannot be made or written to.
    """
    path = home().joinpath(*parts)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(path, error) from None
    return path


def _not_writable(path: Path, error: OSError) -> PlaceError:
    return PlaceError(
        N_(
            "Expected a folder that can be written to, for runs and caches. Received: {path} ({reason}). "
            "Set IMGCLS_HOME to another folder."
        ),
        path=str(path),
        reason=error.strerror or type(error).__name__,
    )


def check_writable() -> None:
    """Write, and take away, a small file.

    Raises:
        PlaceError: the home folder cannot be written to.
    """
    place = folder()
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"imgcls")
    except OSError as error:
        raise _not_writable(place, error) from None


def free_megabytes() -> float:
    """Free space on the disk of the home folder, in MB."""
    return shutil.disk_usage(folder()).free / 1e6


def check_space() -> None:
    """Refuse to start what may fill the disk.

    Raises:
        PlaceError: less than `disk_free_megabytes` are free.
    """
    need, have = limit("disk_free_megabytes"), free_megabytes()
    if have < need:
        raise PlaceError(
            N_(
                "Expected at least {need:.0f} MB free on the disk of {path}. Received: {have:.0f} MB. Delete some runs."
            ),
            need=need,
            have=have,
            path=str(home()),
        )
