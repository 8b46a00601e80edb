"""Files that lie inside of installed packages: found without importing the package, and never downloaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from imgcls.errors import PlaceError
from imgcls.language import N_

NOT_THERE = N_(
    "Expected the file {file} in the installed package {package}. It is not there: install the package again."
)


def installed_file(package: str, *parts: str) -> Path:
    """The path of a file that came with `package`.

    Args:
        package: as it is imported, for example `skimage`.
        parts: folders and name below the package's own folder.

    Raises:
        PlaceError: the package or its file is not there; some distributions leave pictures out.
    """
    found = find_spec(package)
    for place in (found.submodule_search_locations or []) if found else []:
        if (path := Path(place, *parts)).is_file():
            return path
    raise PlaceError(NOT_THERE, file="/".join(parts), package=package)
