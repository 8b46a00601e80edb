"""Whether files that others published can be read: found out once for each version of them, and noted for everybody.

    <home>/cache/checked/<data set>.json    mark of its files → null, or why they cannot be read

Without it each command and each server would read a damaged file anew, or find out only when a run has failed.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from imgcls.atomic import read_json, write_json
from imgcls.datasets.formats.block import DamagedFileError
from imgcls.errors import PlaceError
from imgcls.home import folder, home

#: Raised when files are read otherwise than before: what was found out by then no longer counts.
_FORMAT = 1
#: Verdicts that are kept of a data set: its files lie in three places at most.
_KEPT = 8

#: What is known in this process, by mark: None for files that can be read.
_known: dict[str, DamagedFileError | None] = {}


def is_known(name: str, mark: str) -> bool:
    """Whether somebody has read the files with this mark."""
    if mark not in _known and mark in (noted := _noted(name)):
        _known[mark] = _damage(noted[mark])
    return mark in _known


def damage_of(name: str, mark: str) -> DamagedFileError | None:
    """Why these files cannot be read; None: they can, or nobody has tried."""
    return _known[mark] if is_known(name, mark) else None


def keep(name: str, mark: str, damage: DamagedFileError | None) -> None:
    """Note what came of reading these files. A disk that cannot be written to forgets it with the process."""
    if is_known(name, mark) and (damage is None) == (_known[mark] is None):
        return
    _known[mark] = damage
    said = None if damage is None else {"template": damage.template, "values": damage.values}
    noted = {**_noted(name), mark: said}
    with suppress(PlaceError):
        write_json(_path(name, make=True), {"format": _FORMAT, "files": dict(list(noted.items())[-_KEPT:])}, False)


def _noted(name: str) -> dict[str, Any]:
    found = read_json(_path(name))
    files = found.get("files") if isinstance(found, dict) and found.get("format") == _FORMAT else None
    usable = files.items() if isinstance(files, dict) else ()
    return {mark: said for mark, said in usable if said is None or _is_damage(said)}


def _is_damage(said: Any) -> bool:
    """Whether a sentence can be made of it."""
    try:
        said["template"].format(name="", **said["values"])
        return isinstance(said["values"]["path"], str)
    except (TypeError, KeyError, AttributeError, ValueError, IndexError):
        return False


def _damage(said: dict[str, Any] | None) -> DamagedFileError | None:
    if said is None:
        return None
    values = dict(said["values"])
    return DamagedFileError(said["template"], Path(values.pop("path")), **values)


def _path(name: str, make: bool = False) -> Path:
    place = folder("cache", "checked") if make else home().joinpath("cache", "checked")
    return place / f"{name}.json"
