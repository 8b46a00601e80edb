"""How large the pictures of one's own data sets are on the disk, before they are brought to a network's side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from imgcls.datasets import contents, shelf
from imgcls.images import upright_size

Size = tuple[int, int]


@dataclass(frozen=True)
class Originals:
    """Pictures by their number of pixels; sizes are (height, width) in px, each that of a picture that is there."""

    smallest: Size
    median: Size
    largest: Size

    @property
    def are_alike(self) -> bool:
        return self.smallest == self.largest


def originals(name: str) -> Originals | None:
    """The sizes of a data set's pictures as its folder has them; None where none can be told.

    Read off the files' headers, once for each file that is new or changed.

    Raises:
        UnknownNameError: there is no such data set.
        ImageError: a file cannot be read.
    """
    place = shelf.place_of(name)
    found = [_size(digest, place / key) for key, digest in contents.digests(place).items()]
    # of equal areas by their sides, so that the same pictures always say the same
    sizes = sorted((size for size in found if size is not None), key=lambda size: (size[0] * size[1], size))
    return Originals(sizes[0], sizes[(len(sizes) - 1) // 2], sizes[-1]) if sizes else None


@lru_cache(maxsize=65_536)
def _size(digest: str, path: Path) -> Size | None:
    """Of a file with this digest."""
    return upright_size(path)
