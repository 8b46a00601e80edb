"""Small pictures of what has been collected, as it is kept: larger than what a network sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from imgcls.datasets import own, shelf
from imgcls.errors import ImgclsError
from imgcls.figures.sheet import Sheet, picture_sheet
from imgcls.images import read_image
from imgcls.preparation import fit

#: Side of a thumbnail (px): as large as it is shown on a fine screen.
SIDE = 128
#: Thumbnails that are kept: 1,500 × 128 × 128 × 3 bytes are 74 MB, for all who use this server.
_KEPT = 1500


def newest(label: str, keys: Sequence[str]) -> list[str]:
    """The keys of a class, the newest first: numbers only grow."""
    return [key for key in reversed(keys) if key.partition("/")[0] == label]


def thumbnails(name: str, keys: Sequence[str]) -> Sheet:
    """A sheet of these images, at least one; a picture that has gone bad is an empty square.

    Raises:
        UnknownNameError: the data set is gone.
    """
    place = shelf.place_of(name)
    return picture_sheet(np.stack([seen_as(place / key, SIDE, "colour", "crop") for key in keys]))


def seen_as(path: Path, side: int, colour: own.Colour, how: own.Fit) -> np.ndarray:
    """A picture as a network is given it, uint8 (side, side, 1 or 3); grey if it cannot be read."""
    try:
        about = path.stat()
        return _seen_as(path, about.st_mtime_ns, about.st_size, side, colour, how)
    except (OSError, ImgclsError):
        return np.full((side, side, 1 if colour == "grey" else 3), 128, np.uint8)


@lru_cache(maxsize=_KEPT)
def _seen_as(path: Path, changed: int, size: int, side: int, colour: own.Colour, how: own.Fit) -> np.ndarray:
    return fit.prepare(read_image(path), side, side, 1 if colour == "grey" else 3, how).image
