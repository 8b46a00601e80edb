"""What is noted about a data set of one's own, beside its pictures: `<data set>/.imgcls.json`."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imgcls.atomic import read_json, write_json
from imgcls.datasets.registry import Part
from imgcls.errors import InputError
from imgcls.language import N_

CARD = ".imgcls.json"
#: Sides (px) in which the images of one's own data sets can be had.
LEAST_SIDE, MOST_SIDE = 8, 224

Colour = Literal["colour", "grey"]
Fit = Literal["crop", "pad"]
PartName = Literal["train", "validation", "test", "not_test"]


class Settings(BaseModel):
    """How the images of a data set are had unless a recipe says otherwise, as an archive or a folder says of itself.

    Args:
        side, colour, fit, writing, said_writing: as on a card.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    side: int = Field(ge=LEAST_SIDE, le=MOST_SIDE)
    colour: Colour
    fit: Fit
    writing: bool = False
    said_writing: bool | None = None


class Card(BaseModel):
    """A folder without a card, put there by hand, is a data set like one with an empty card.

    Args:
        created: date and time, ISO 8601, of this computer's clock.
        source: where the pictures came from, in the words of whoever brought them.
        side: of the square images (px) unless a recipe says otherwise; so are `colour` and `fit`.
        parts: key → what the image is for, where the source said so.
        last: class → the highest number that an image of it ever had; no number is given twice.
        writing: whether all images were drawn by hand here.
        said_writing: whether they are letters, digits or signs that must not be mirrored, as a person said; None:
            nobody has said anything, and `writing` counts.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1] = 1
    created: str = ""
    source: str = ""
    side: int = Field(64, ge=LEAST_SIDE, le=MOST_SIDE)
    colour: Colour = "colour"
    fit: Fit = "crop"
    parts: dict[str, PartName] = {}
    last: dict[str, int] = {}
    writing: bool = False
    said_writing: bool | None = None

    @property
    def is_writing(self) -> bool:
        """Whether a mirrored image means something else, as far as is known."""
        return self.writing if self.said_writing is None else self.said_writing

    def part(self, key: str) -> Part:
        return Part[self.parts[key].upper()] if key in self.parts else Part.FREE


def settings_of(note: bytes) -> Settings | None:
    """What a note beside a stranger's pictures says; None: nothing that makes sense."""
    try:
        return Settings.model_validate_json(note)
    except ValidationError:
        return None


def note_of(card: Card) -> bytes:
    """What goes along with a data set that is packed."""
    return Settings.model_validate(card.model_dump()).model_dump_json().encode()


def part_name(part: Part) -> PartName | None:
    """The word for a part on a card; None for a free image, of which nothing is noted."""
    names: dict[Part, PartName] = {
        Part.TRAIN: "train",
        Part.VALIDATION: "validation",
        Part.TEST: "test",
        Part.NOT_TEST: "not_test",
    }
    return names.get(part)


def read_card(place: Path) -> Card:
    """The card of a data set.

    Raises:
        InputError: it is damaged.
    """
    path = place / CARD
    try:
        about = os.stat(path)
    except OSError:
        return Card()
    return _read(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int) -> Card:
    try:
        return Card.model_validate(read_json(path))
    except ValidationError:
        raise InputError(
            N_(
                "The file {path} is damaged: it says how the data set is divided. "
                "Expected what this app wrote. Delete it to go on without, or import the data set again."
            ),
            path=str(path),
        ) from None


def write_card(place: Path, card: Card) -> None:
    """Replace the card in one step.

    Raises:
        PlaceError: it could not be written; the old one is still there.
    """
    write_json(place / CARD, card.model_dump(mode="json"))
