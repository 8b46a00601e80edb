"""A folder or a ZIP archive of somebody's pictures → a data set of their own.

The pictures are read one after another, made small, and written to a hidden draft, which takes its place in one step
when all is done: whatever happens before, there is the old data set or none, never half of one.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from imgcls.atomic import disk_errors, write_bytes
from imgcls.datasets import contents, own, shelf
from imgcls.datasets.card import LEAST_SIDE, Card, Colour, PartName, Settings, part_name, settings_of, write_card
from imgcls.datasets.checking import Report, report
from imgcls.datasets.encoding import Stored, stored_form
from imgcls.datasets.entries import Skipped
from imgcls.datasets.found import FoundFile, Listing, found_files
from imgcls.datasets.in_order import in_order
from imgcls.datasets.names import dataset_name
from imgcls.datasets.registry import Part
from imgcls.errors import DatasetError, ImageError, ImgclsError
from imgcls.home import check_space
from imgcls.images import shown_name
from imgcls.language import N_

#: The usual side of images (px), unless half of them are smaller.
_SIDE = 64
#: Pictures between two looks at the space on the disk: 100 of the largest take some 50 MB.
_LOOK = 100

NOTHING = N_(
    "None of the {count} files in “{source}” can be used. Expected pictures (JPEG, PNG or WebP). "
    "The first one: {reason}"
)


def import_dataset(
    name: str,
    source: Path,
    replace: bool = False,
    tell: own.Tell = lambda done, total: True,
    writing: bool | None = None,
) -> Report | None:
    """Make a data set of the pictures in a folder or an archive.

    Args:
        name: of the data set.
        source: a folder with a folder for each class, or a ZIP archive of one; it is only read.
        replace: a data set of this name is replaced; else it is in the way.
        tell: told after each picture how many of how many steps are done, two steps for each picture; False stops it.
        writing: whether these are letters, digits or signs that must not be mirrored; None: what the source says of
            itself, if it is a data set of this app. See `imgcls.datasets.editing.set_writing`.

    Returns:
        What came of it; None: `tell` stopped it, and nothing has changed.

    Raises:
        InputError: the name is no name or taken; there is no usable picture, or only one class; or somebody else is
            changing the data set.
        PlaceError: the disk is full, or does not allow it.
    """
    name = dataset_name(name)
    if not (replace and shelf.exists(name)):
        shelf.check_free(name)
    check_space()
    with found_files(source) as listing, shelf.changing(name) as place:
        if not (replace and place.exists()):
            shelf.check_free(name)  # somebody was faster
        with shelf.drafted(name) as draft, suppress(own.Stopped):
            made = _Making(name, draft, listing, shown_name(source.absolute().name), tell, writing).made()
            _flush()
            shelf.publish(name)
            return made
    return None


def _examined(opened: tuple[FoundFile, bytes | ImageError]) -> tuple[FoundFile, Stored | ImageError]:
    """A file and what is to be kept of it, or why nothing is."""
    file, data = opened
    if isinstance(data, ImageError):
        return file, data
    try:
        return file, stored_form(data, file.name)
    except ImageError as error:
        return file, error


def _flush() -> None:
    """Wait until the disk has all of the draft. File by file that would take a minute on a disk that turns."""
    if hasattr(os, "sync"):  # not on Windows
        os.sync()


def _settled(part: Part, present: set[Part]) -> Part:
    """What an image is for, where the source divides its images into some parts but not all.

    Without images for validation, some are drawn from those for training; without a test, so is that. What the source
    keeps for the test is never trained on, and what it keeps for validation never becomes the test.
    """
    if part is not Part.TRAIN or {Part.VALIDATION, Part.TEST} <= present:
        return part
    return Part.NOT_TEST if Part.TEST in present else Part.FREE


@dataclass
class _Making:
    """A data set on its way, in its draft."""

    name: str
    draft: Path
    listing: Listing
    source: str
    tell: own.Tell
    writing: bool | None
    left_out: list[Skipped] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    kept: list[Stored] = field(default_factory=list)
    known: contents.Known = field(default_factory=dict)
    parts: dict[str, PartName] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)

    @cached_property
    def present(self) -> set[Part]:
        """The parts that the source has."""
        return {file.part for file in self.listing.files}

    def made(self) -> Report:
        """Write the draft, and look it over."""
        self.left_out += self.listing.skipped
        for label in self.listing.class_names:
            with disk_errors(self.draft):
                (self.draft / label).mkdir()
        self._keep_all()
        self._check()
        card = self._card()
        write_card(self.draft, card)
        contents.keep_digests(self.draft, dict(sorted(self.known.items())))
        options = own.own_options(card.side, card.colour, card.fit)()
        images = own.load_folder(self.draft, self.name, options, self._tell_second)
        sides = [min(one.height, one.width) for one in self.kept]
        return report(self.draft, self.name, images, self.left_out, self.files, sides)

    def _keep_all(self) -> None:
        total = len(self.listing.files)
        with closing(in_order(_examined, self._opened())) as results:
            for done, (file, found) in enumerate(results):
                if done % _LOOK == 0:
                    check_space()
                if isinstance(found, ImgclsError):
                    self.left_out.append(Skipped(file.name, found))
                else:
                    self._keep(file, found)
                if not self.tell(done + 1, 2 * total):
                    raise own.Stopped

    def _opened(self) -> Iterator[tuple[FoundFile, bytes | ImageError]]:
        """Each file with its bytes, read one after another: an archive has one place at which it is read."""
        for file in self.listing.files:
            try:
                yield file, file.read()
            except ImageError as error:
                yield file, error

    def _keep(self, file: FoundFile, stored: Stored) -> None:
        self.numbers[file.class_name] += 1
        key = f"{file.class_name}/{self.numbers[file.class_name]:04}{stored.suffix}"
        path = self.draft / key
        write_bytes(path, stored.data, durable=False)  # the draft as a whole is what counts
        about = path.stat()
        self.known[key] = (about.st_size, about.st_mtime_ns, hashlib.sha256(stored.data).hexdigest())
        self.files[key] = file.name
        self.kept.append(Stored(b"", stored.suffix, stored.height, stored.width, stored.is_grey))
        if part := part_name(_settled(file.part, self.present)):
            self.parts[key] = part

    def _check(self) -> None:
        """Refuse what no network can be trained on."""
        if not self.kept:
            raise DatasetError(
                NOTHING, count=len(self.left_out), source=self.source, reason=self.left_out[0].reason.say()
            )
        if len(self.numbers) < own.LEAST_CLASSES:
            raise own.too_few_classes(self.name, list(self.numbers))

    def _card(self) -> Card:
        # the middle picture, cropped to a square, is brought to this side without being enlarged
        shorter = sorted(min(one.height, one.width) for one in self.kept)[len(self.kept) // 2]
        colour: Colour = "grey" if all(one.is_grey for one in self.kept) else "colour"
        seen = Settings(side=max(LEAST_SIDE, min(shorter, _SIDE)), colour=colour, fit="crop")
        usual = settings_of(self.listing.note) or seen
        created = time.strftime("%Y-%m-%dT%H:%M:%S")
        parts, last = self.parts, dict(self.numbers)
        card = Card(created=created, source=self.source, parts=parts, last=last, **usual.model_dump())
        return card if self.writing is None else card.model_copy(update={"said_writing": self.writing})

    def _tell_second(self, done: int, total: int) -> bool:
        """Those that are left out are done with as well."""
        everything = 2 * len(self.listing.files)
        return self.tell(everything - total + done, everything)
