"""What lies in the folder of a data set of one's own, whoever put it there, and a digest of it.

    <data set>/
      <class>/0001.png   a folder for each class, so that other tools read it, too
      .imgcls.json       what is noted about it (imgcls/datasets/card.py)
      .files.json        the digest of each file, known by its size and time; it can be made again

An image is known by its key, `class/file`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from imgcls.atomic import read_json, write_json
from imgcls.datasets.card import Card, read_card
from imgcls.datasets.layout import natural
from imgcls.datasets.names import is_name
from imgcls.errors import ImageError, PlaceError
from imgcls.language import N_

_FILES = ".files.json"
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
#: A folder that changed less than this (ns) ago may change again without another time on it.
_SETTLED = 2_000_000_000

#: key → (size in bytes, time of the last change in ns, sha256)
Known = dict[str, tuple[int, int, str]]

UNREADABLE = N_("“{name}” cannot be read ({reason}). Expected a picture of the data set. Was it changed meanwhile?")


def classes(place: Path) -> dict[str, tuple[str, ...]]:
    """Class → its files. Classes, also those without pictures, are in the order in which people count: 2 before 10.

    Left out is what no data set has: hidden things, links, files that are no pictures by their ending, and folders with
    a name that `imgcls.datasets.names` would not take.
    """
    try:
        with os.scandir(place) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return {}
    return {name: _files(place / name) for name in sorted(filter(is_name, found), key=natural)}


def _files(folder: Path) -> tuple[str, ...]:
    try:
        about = folder.stat()
    except OSError:
        return ()
    settled = time.time_ns() - about.st_mtime_ns > _SETTLED
    listing = _listed if settled else _listed.__wrapped__
    return listing(folder, about.st_mtime_ns, about.st_ino)


@lru_cache(maxsize=1024)
def _listed(folder: Path, changed: int, inode: int) -> tuple[str, ...]:
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return ()
    return tuple(
        sorted(name for name in found if name[0] != "." and name.isprintable() and name.lower().endswith(_PICTURES))
    )


def keys(held: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys of all images, class by class."""
    return tuple(f"{name}/{file}" for name, files in held.items() for file in files)


def read_file(place: Path, key: str) -> bytes:
    """The bytes of one image's file.

    Raises:
        ImageError: it cannot be read; the message names data set and file.
    """
    try:
        return (place / key).read_bytes()
    except OSError as error:
        raise _unreadable(place, key, error) from None


def _unreadable(place: Path, key: str, error: OSError) -> ImageError:
    return ImageError(UNREADABLE, name=f"{place.name}/{key}", reason=error.strerror or type(error).__name__)


def digests(place: Path) -> dict[str, str]:
    """Key → sha256 of the file. A file whose size and time are known is not read again.

    Raises:
        ImageError: a file cannot be read.
    """
    before = _known(place)
    now = dict(_looked_at(place, before))
    if now != before:
        keep_digests(place, now)
    return {key: digest for key, (_, _, digest) in now.items()}


def _known(place: Path) -> Known:
    data = read_json(place / _FILES)
    try:
        return {key: (int(size), int(changed), str(digest)) for key, (size, changed, digest) in data.items()}
    except (AttributeError, TypeError, ValueError):
        return {}


def _looked_at(place: Path, before: Known) -> Iterator[tuple[str, tuple[int, int, str]]]:
    for key in keys(classes(place)):
        try:
            about = os.stat(place / key)
        except OSError as error:
            raise _unreadable(place, key, error) from None
        seen = (about.st_size, about.st_mtime_ns)
        known = before.get(key)
        is_known = known is not None and known[:2] == seen
        yield key, known if known and is_known else (*seen, hashlib.sha256(read_file(place, key)).hexdigest())


def keep_digests(place: Path, known: Known) -> None:
    """Note the digests of files, so that the next look at them is quick. Where that cannot be noted, it is slow."""
    with suppress(PlaceError):
        write_json(place / _FILES, known, durable=False)


def version(place: Path) -> str:
    """The same for equal contents: 16 hexadecimal digits of a sha256 over keys, files, parts and defaults.

    Raises:
        InputError: a file or the card cannot be read.
    """
    return version_of(read_card(place), digests(place))


def version_of(card: Card, files: Mapping[str, str]) -> str:
    """As `version`, of digests that are known."""
    found = hashlib.sha256(repr((card.side, card.colour, card.fit)).encode())
    for key, digest in sorted(files.items()):
        found.update(repr((key, digest, card.parts.get(key, ""))).encode())
    return found.hexdigest()[:16]
