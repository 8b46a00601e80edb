"""What lies in a stranger's folder or archive, before anybody asks which picture belongs to which class."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from imgcls.errors import ImageError, ImgclsError, InputError
from imgcls.images import BYTES_PER_MEGABYTE, TOO_HEAVY, shown_name
from imgcls.language import N_
from imgcls.limits import limit

#: The names from the top of the folder or archive down to a file or folder in it.
Steps = tuple[str, ...]

#: What the systems leave behind without being asked; what begins with a point is hidden as well.
_LEFT_BY_SYSTEMS = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}

#: Longer paths lose their middle where they are shown.
_SHOWN_STEPS = 6

LINK = N_(
    "“{name}” is left out. Expected a file or a folder. Received: a link to another place, which is not followed."
)
SPECIAL = N_("“{name}” is left out. Expected a file or a folder. Received: a device, a pipe or a socket.")
UNREADABLE = N_("“{name}” is left out. Expected what this account may read. Received: {reason}.")
TOO_DEEP = N_("“{name}” is left out. Expected at most {limit} folders inside each other. Received: more.")


@dataclass(frozen=True)
class Entry:
    """A file. Its steps are a stranger's: not safe to show, or to write to.

    Args:
        name: the steps as they can be shown.
        read: its bytes, as `imgcls.datasets.found.FoundFile` has it.
    """

    steps: Steps
    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Skipped:
    """What was left out of a data set. `name` is safe to show; so is the reason, which is one sentence."""

    name: str
    reason: ImgclsError


@dataclass(frozen=True)
class Source:
    """An opened folder or archive.

    Args:
        name: safe to show.
        entries: its files, without hidden ones, in no order.
        folders: all folders in it that are known of.
        skipped: what can be neither read nor looked into.
        note: what it says of itself, if it was made by this app: `imgcls.datasets.card.settings_of`.
        close: ends it; no entry can be read afterwards.
    """

    name: str
    entries: tuple[Entry, ...]
    folders: tuple[Steps, ...]
    skipped: tuple[Skipped, ...] = ()
    note: bytes = b""
    close: Callable[[], None] = field(default=lambda: None)


def skipped(steps: Steps, template: str, **values: object) -> Skipped:
    """What is left out for the reason that `template` gives, with its name in it."""
    name = shown_path(steps)
    return Skipped(name, InputError(template, name=name, **values))


def is_hidden(name: str) -> bool:
    """Whether nobody put this there on purpose: `.DS_Store`, `__MACOSX`, `Thumbs.db`."""
    return name.startswith(".") or name.lower() in _LEFT_BY_SYSTEMS


def shown_path(steps: Steps) -> str:
    """A path inside that is safe to put into a sentence: one line, at most seven names of 64 characters."""
    if len(steps) > _SHOWN_STEPS:
        steps = (*steps[: _SHOWN_STEPS // 2], "…", *steps[-_SHOWN_STEPS // 2 :])
    return "/".join([*map(_shown_folder, steps[:-1]), *(step and shown_name(step) for step in steps[-1:])])


@lru_cache(maxsize=1024)
def _shown_folder(name: str) -> str:
    return name and shown_name(name)


def image_bytes_max() -> int:
    """The limit of one picture, in bytes."""
    return int(limit("image_megabytes") * BYTES_PER_MEGABYTE)


def check_weight(size: int, name: str) -> None:
    """Refuse a picture of `size` bytes that is over the limit.

    Raises:
        ImageError: it is, with the sentence of `imgcls.images`.
    """
    if size > image_bytes_max():
        raise ImageError(TOO_HEAVY, name=name, limit=f"{limit('image_megabytes'):g}", size=megabytes(size))


def megabytes(size: int) -> str:
    """Bytes in MB with one decimal, upwards: a refused size never reads like the limit itself."""
    return f"{math.ceil(size * 10 / BYTES_PER_MEGABYTE) / 10:.1f}".removesuffix(".0")
