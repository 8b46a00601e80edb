"""The folders of people's own data sets: where they lie, who may change one, and how a new one takes its place.

    <home>/datasets/
      <name>/            a data set (imgcls/datasets/contents.py)
      .<name>.lock       held by whoever changes it
      .<name>.draft/     what is being made
      .<name>.old/       the one before, while a new one takes its place
      .<name>.removed/   what was taken out of it, to be put back
      .<name>.gone/      deleted, and being taken apart

A process may end at any moment. Whoever comes next finds the lock free and tidies up: a draft is thrown away, and an
old one whose successor never arrived is put back.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from imgcls.atomic import disk_errors
from imgcls.datasets.names import is_name
from imgcls.errors import InputError, UnknownNameError
from imgcls.home import folder, home
from imgcls.images import shown_name
from imgcls.language import N_

#: Seconds that a change waits for another one; a single image takes some 10 ms.
_PATIENCE = 5.0
#: Where in an old data set lies what was taken out of it, while a new one takes its place.
_ALONG = ".removed"
_LEFTOVER = re.compile(r"\.(.+)\.(draft|old|gone|removed)")

NO_OWN = N_("There is no data set “{name}” among your own. Expected one of: {known}.")
BUSY = N_("The data set “{name}” is being changed elsewhere at this moment. Try again when that is done.")


def beside(name: str, what: str) -> Path:
    """The hidden folder or file that belongs to a data set: `draft`, `old`, `gone`, `removed` or `lock`."""
    return home() / "datasets" / f".{name}.{what}"


def place_of(name: str) -> Path:
    """The folder of a data set.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if not exists(name):
        raise UnknownNameError(NO_OWN, name=shown_name(name), known=", ".join(names()) or "–")
    return home() / "datasets" / name


def exists(name: str) -> bool:
    """Whether there is a data set of one's own with exactly this name."""
    if not is_name(name):
        return False
    place = home() / "datasets" / name
    if not place.is_dir() and beside(name, "old").is_dir():
        with suppress(InputError), changing(name):  # a new one takes its place just now, or never did
            pass
    # a link that leads elsewhere is nobody's data set
    return place.is_dir() and place.resolve().parent == place.parent.resolve()


def names() -> list[str]:
    """The data sets there are, in the order of the alphabet. What dead processes left behind is tidied up."""
    try:
        found = os.listdir(home() / "datasets")
    except OSError:
        return []
    for name in {match[1] for entry in found if (match := _LEFTOVER.fullmatch(entry)) and is_name(match[1])}:
        if _is_untidy(name):
            with suppress(InputError), changing(name, patience=0):
                found.append(name)  # it may be there again
    return sorted({name for name in found if exists(name)}, key=lambda name: (name.casefold(), name))


@contextmanager
def changing(name: str, patience: float | None = None) -> Iterator[Path]:
    """Hold a data set for a change; yields its folder, which may not be there (yet).

    Raises:
        InputError: somebody else holds it for longer than `patience` (s; None: a few).
        PlaceError: the disk does not allow it.
    """
    place = folder("datasets") / name
    lock = FileLock(beside(name, "lock"))
    with disk_errors(place):
        try:
            lock.acquire(timeout=_PATIENCE if patience is None else patience)
        except Timeout:
            raise InputError(BUSY, name=name) from None
    try:
        _tidy_up(name)
        yield place
    finally:
        lock.release()


@contextmanager
def drafted(name: str) -> Iterator[Path]:
    """An empty hidden folder for what is being made; it is thrown away in the end, with whatever is still in it.

    The data set must be held by `changing`.
    """
    draft = beside(name, "draft")
    with disk_errors(draft):
        draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def publish(name: str) -> None:
    """Put the draft in the place of the data set, which may be there or not; what was taken out of that is forgotten.

    The data set must be held by `changing`.

    Raises:
        PlaceError: the disk does not allow it; the data set is what it was.
    """
    place, old, removed = home() / "datasets" / name, beside(name, "old"), beside(name, "removed")
    with disk_errors(place):
        if place.exists():
            os.rename(place, old)
        try:
            if removed.exists() and old.exists():
                os.rename(removed, old / _ALONG)
            os.rename(beside(name, "draft"), place)
        except OSError:
            with suppress(OSError):  # else the next look does it
                _put_back(name)
            raise
    shutil.rmtree(old, ignore_errors=True)


def _put_back(name: str) -> None:
    """The old data set, and what was taken out of it, as they were before `publish` began."""
    old = beside(name, "old")
    if (old / _ALONG).exists():
        os.rename(old / _ALONG, beside(name, "removed"))
    if old.exists():
        os.rename(old, home() / "datasets" / name)


def discard(name: str) -> None:
    """Delete a data set and what was taken out of it. It must be held by `changing`."""
    place, gone = home() / "datasets" / name, beside(name, "gone")
    with disk_errors(place):
        os.rename(place, gone)  # out of sight in one step, then taken apart
    for path in (gone, beside(name, "removed")):
        shutil.rmtree(path, ignore_errors=True)


def _is_untidy(name: str) -> bool:
    return any(beside(name, what).exists() for what in ("draft", "old", "gone")) or not exists(name)


def _tidy_up(name: str) -> None:
    """Undo what was half done. Only who holds the lock may: then nobody is at it any more."""
    place, old = home() / "datasets" / name, beside(name, "old")
    if old.exists() and not place.exists():
        with disk_errors(place):
            _put_back(name)
    for what in ("draft", "old", "gone") if place.exists() else ("draft", "old", "gone", "removed"):
        if beside(name, what).exists():
            shutil.rmtree(beside(name, what), ignore_errors=True)
    for path in place.glob("..*"):  # files that were to replace one of our own
        with suppress(OSError):
            path.unlink()


def check_free(name: str) -> None:
    """Refuse a name that is taken, or that a system which ignores capitals would take for one that is.

    Raises:
        InputError: it is.
    """
    taken = [known for known in names() if known.casefold() == name.casefold()]
    if taken:
        raise InputError(
            N_("There is a data set “{name}” already. Expected another name, or the wish to replace it."), name=taken[0]
        )
