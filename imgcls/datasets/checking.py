"""Looking a data set of one's own over: what is in it twice, what cannot be used, and what is to be known about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgcls.datasets import advice, contents, own, shelf
from imgcls.datasets.advice import Advice
from imgcls.datasets.card import read_card
from imgcls.datasets.duplicates import groups, near_duplicates
from imgcls.datasets.entries import Skipped
from imgcls.datasets.registry import ImageSet, Part
from imgcls.errors import InputError
from imgcls.images import decode_image


@dataclass(frozen=True)
class Twins:
    """Images that show the same picture.

    Args:
        keys: `class/file` in the data set.
        files: what they were called where they came from; the keys, where that is not known.
        identical: their files are equal, byte for byte.
        distance: the largest between two that were found near each other (imgcls/datasets/duplicates.py).
    """

    keys: tuple[str, ...]
    files: tuple[str, ...]
    identical: bool
    distance: float

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that they stand in; more than one: their labels contradict each other."""
        return own.class_names(self.keys)


@dataclass(frozen=True)
class Report:
    """What is to be said of a data set.

    Args:
        name: of the data set.
        counts: class → images.
        left_out: files that are not used.
        duplicates: groups of equal or nearly equal images.
        warnings: sentences.
    """

    name: str
    counts: Mapping[str, int]
    left_out: tuple[Skipped, ...]
    duplicates: tuple[Twins, ...]
    warnings: tuple[Advice, ...]

    @property
    def images(self) -> int:
        return sum(self.counts.values())


def check_dataset(name: str, tell: own.Tell = lambda done, total: True) -> Report | None:
    """Look a data set over, as it is now, at the size in which it is usually trained with.

    Args:
        tell: told after each image that is opened; False stops the work.

    Returns:
        The report; None: `tell` stopped it.

    Raises:
        UnknownNameError: there is no such data set.
        InputError: its card is damaged, or its images would not fit into memory.
    """
    place = shelf.place_of(name)
    with suppress(own.Stopped):
        images, bad = _usable(place, name, tell)
        return report(place, name, images, bad)
    return None


def _usable(place: Path, name: str, tell: own.Tell) -> tuple[ImageSet, list[Skipped]]:
    """The images that can be opened, and those that cannot."""
    options, found = _usual_options(place), contents.keys(contents.classes(place))
    own.check_memory(len(found), options)
    with suppress(InputError):
        return own.load_folder(place, name, options, tell), []
    bad = {one.name: one for one in _bad(place, name, found, tell)}
    good = [key for key in found if key not in bad]
    return own.image_set(place, good, own.pictures(place, name, good, options, tell)), list(bad.values())


def _usual_options(place: Path) -> Any:
    card = read_card(place)
    return own.own_options(card.side, card.colour, card.fit)()


def _bad(place: Path, name: str, found: Sequence[str], tell: own.Tell) -> Iterator[Skipped]:
    for done, key in enumerate(found):
        if not tell(done, len(found)):
            raise own.Stopped
        try:
            decode_image(contents.read_file(place, key), f"{name}/{key}")
        except InputError as error:
            yield Skipped(key, error)


def report(
    place: Path,
    name: str,
    images: ImageSet,
    left_out: Sequence[Skipped],
    files: Mapping[str, str] | None = None,
    sides: Sequence[int] = (),
) -> Report:
    """The report on images that are in memory.

    Args:
        place: the folder of the data set.
        images: with their keys.
        left_out: what is not among them.
        files: key → what the file was called where it came from.
        sides: the shorter side of each picture as it is kept (px).
    """
    counts = dict.fromkeys(contents.classes(place), 0)
    for label in images.labels:
        counts[images.class_names[label]] += 1
    twins = tuple(find_twins(images, contents.digests(place), files or {}))
    across = sum(len(one.classes) > 1 for one in twins)
    said = [
        *advice.on_classes(counts, _parts(images)),
        *advice.on_sizes(sides, images.image_shape[0]),
        *advice.on_twins(sum(len(one.keys) for one in twins), across),
    ]
    return Report(name, counts, tuple(left_out), twins, tuple(said))


def _parts(images: ImageSet) -> dict[str, list[Part]]:
    if images.parts is None:
        return {}
    found: dict[str, list[Part]] = {}
    for label, part in zip(images.labels, images.parts, strict=True):
        found.setdefault(images.class_names[label], []).append(Part(int(part)))
    return found


def find_twins(images: ImageSet, digests: Mapping[str, str], files: Mapping[str, str]) -> Iterator[Twins]:
    """Groups of equal and nearly equal images.

    Args:
        images: with their keys.
        digests: key → sha256 of the file.
        files: key → another name for it.
    """
    found = [images.key(place) for place in range(len(images))]
    first: dict[str, int] = {}
    equal = [(first.setdefault(digests.get(key, key), place), place) for place, key in enumerate(found)]
    pairs = [(one, other, 0.0) for one, other in equal if one != other] + near_duplicates(images.images)
    for group in groups(len(images), [(one, other) for one, other, _ in pairs]):
        inside = set(group)
        keys = tuple(found[place] for place in group)
        yield Twins(
            keys,
            tuple(files.get(key, key) for key in keys),
            identical=len({digests.get(key, key) for key in keys}) == 1,
            distance=max(distance for one, _, distance in pairs if one in inside),
        )
