"""What is read from one file: images with their labels, and whether they are what they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.language import N_

UNREADABLE = N_(
    "The data set {name} cannot be read: “{path}” is cut off, damaged or another file ({reason}). Remove it, or "
    "download the data set again: python -m imgcls dataset download {name}"
)
OTHER_ARRAY = N_(
    "The data set {name} cannot be read: “{path}” holds something else. Expected an array of {wanted}. "
    "Received: {found}."
)
OTHER_COUNT = N_(
    "The data set {name} cannot be read: “{path}” holds something else. Expected 1 to {most:,} images. "
    "Received: {count:,}."
)
NOT_AS_MANY = N_(
    "The data set {name} cannot be read: “{path}” holds something else. Expected a label for each of {images:,} "
    "images. Received: {labels:,} labels."
)
OTHER_LABELS = N_(
    "The data set {name} cannot be read: “{path}” holds something else. Expected labels from 0 to {last}. "
    "Received: {label}."
)


class DamagedFileError(Exception):
    """A file that is not what it should be. The loader, who knows the data set's name, makes a sentence of it.

    Args:
        template: marked with `N_`, with places for `{name}` of the data set, `{path}`, and what is in `values`.
        path: of the file.
        is_lasting: it will be so the next time as long as the file is the same.
    """

    def __init__(self, template: str, path: Path, is_lasting: bool = True, **values: Any) -> None:
        super().__init__(template)
        self.template, self.values, self.is_lasting = template, {"path": str(path), **values}, is_lasting


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file leads to into one error that names it: gzip, zlib, tarfile have a dozen words."""
    try:
        yield
    except DamagedFileError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:100] or type(error).__name__
        # a disk or a permission may be mended while the file stays as it is
        is_passing = isinstance(error, MemoryError) or getattr(error, "errno", None) is not None
        raise DamagedFileError(UNREADABLE, path, is_lasting=not is_passing, reason=reason) from None


@dataclass(frozen=True)
class Block:
    """Images as they lie in a file.

    Args:
        images: uint8, (n, height, width, channels); may be a view.
        labels: by the name of the labelling: int64, (n,).
    """

    images: np.ndarray
    labels: dict[str, np.ndarray]


@dataclass(frozen=True)
class Wanted:
    """What the images of a data set must be like.

    Args:
        shape: (height, width, channels) of the images.
        classes: of each labelling, by its name.
        most: images of the part; more are another data set.
    """

    shape: tuple[int, int, int]
    classes: Mapping[str, int]
    most: int


@dataclass
class Halves:
    """The official training images and test images of a data set."""

    train: list[Block] = field(default_factory=list)
    test: list[Block] = field(default_factory=list)

    def arrays(self) -> dict[str, np.ndarray]:
        """All in one: `images`, each labelling by its name, and how many images are `train`; they come first.

        The blocks are given away while this is filled: of large data sets there is never more than twice the size.
        """
        first, count = (self.train + self.test)[0], sum(len(block.images) for block in self.train + self.test)
        made = {"images": np.empty((count, *first.images.shape[1:]), np.uint8)}
        made |= {name: np.empty(count, np.int64) for name in first.labels}
        made["train"] = np.array(sum(len(block.images) for block in self.train))
        del first
        start = 0
        for blocks in (self.train, self.test):
            while blocks:
                block = blocks.pop(0)
                end = start + len(block.images)
                made["images"][start:end] = block.images
                for name, labels in block.labels.items():
                    made[name][start:end] = labels
                start = end
        return made


def check_array(path: Path, shape: Sequence[int], dtype: Any, each: tuple[int, ...], most: int) -> None:
    """Refuse an array of images, or of labels, by what a header says of it.

    Args:
        shape, dtype: as found.
        each: the shape of one image; empty for labels, which may be numbers of any kind here.
        most: images.

    Raises:
        DamagedFileError: other images, or too many.
    """
    if (each and dtype != np.uint8) or len(shape) == 0 or tuple(shape[1:]) != each:
        wanted = f"n × {' × '.join(map(str, each))} (uint8)" if each else "n"
        found = f"{' × '.join(map(str, shape)) or '1'} ({np.dtype(dtype)})"
        raise DamagedFileError(OTHER_ARRAY, path, wanted=wanted, found=found)
    if not 1 <= shape[0] <= most:
        raise DamagedFileError(OTHER_COUNT, path, most=most, count=shape[0])


def checked_labels(path: Path, labels: Any, images: int, classes: int) -> np.ndarray:
    """Labels as int64, (images,).

    Raises:
        DamagedFileError: they are not as many as images, or not those of the classes.
    """
    found = np.asarray(labels)
    if found.ndim != 1 or len(found) != images:
        raise DamagedFileError(NOT_AS_MANY, path, images=images, labels=found.size)
    if found.dtype.kind not in "iu" or found.min() < 0 or found.max() >= classes:
        wrong = next((one for one in found.tolist() if type(one) is not int or not 0 <= one < classes), found.dtype)
        raise DamagedFileError(OTHER_LABELS, path, last=classes - 1, label=str(wrong)[:40])
    return found.astype(np.int64)
