"""A data set as somebody looks at it before training: which image is what, what it is for, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from imgcls.datasets.corrections import Correction, Corrections, corrected
from imgcls.datasets.noise import noisy_labels
from imgcls.datasets.registry import Facts, ImageSet, Part
from imgcls.datasets.splits import SplitIndices

#: The parts that an image can be in, in the order in which they are always told.
THREE = (Part.TRAIN, Part.VALIDATION, Part.TEST)
#: Code of an image that is in none of them: it is left out.
NOWHERE = -1

Only = Literal["all", "corrected", "flipped"]
Order = Literal["turns", "stored", "unlike"]
#: As corrections name the parts.
PartName = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Look:
    """What a training would make of each of n images.

    Args:
        images: as stored.
        drawn: int8 (n,), the part that the split has put each image to; `NOWHERE` where no split could be drawn.
        parts: int8 (n,), with the corrections: the code of one of `THREE`, or `NOWHERE`.
        labels: int64 (n,), with the corrections.
        told: int64 (n,), what the network would be told: `labels`, and noise on those for training.
        corrections: place → what is corrected.
    """

    images: ImageSet
    drawn: np.ndarray
    parts: np.ndarray
    labels: np.ndarray
    told: np.ndarray
    corrections: Mapping[int, Correction]

    @property
    def flipped(self) -> np.ndarray:
        """Bool (n,): noise has given it another class."""
        return self.told != self.labels

    @property
    def dropped(self) -> np.ndarray:
        """Bool (n,): a correction leaves it out."""
        found = np.zeros(len(self.labels), bool)
        found[[place for place, one in self.corrections.items() if one.dropped]] = True
        return found

    @property
    def split(self) -> SplitIndices:
        """The parts as a run would have them."""
        return SplitIndices(*(np.flatnonzero(self.parts == part) for part in THREE))


def look(
    images: ImageSet, drawn: SplitIndices | None, corrections: Corrections, noise: float = 0.0, seed: int = 0
) -> Look:
    """What becomes of a data set, by the same functions by which a run gets its data.

    Args:
        images: the whole data set.
        drawn: its parts; None where they could not be drawn.
        corrections: of this data set.
        noise: share of training labels that are made wrong.
        seed: of the recipe.
    """
    nothing = np.zeros(0, np.int64)
    drawn = drawn or SplitIndices(nothing, nothing, nothing)
    labels, split = corrected(images, drawn, corrections)
    told = labels.copy()
    told[split.train] = noisy_labels(labels[split.train], len(images.class_names), noise, seed)
    places = {images.key(place): place for place in range(len(images))} if corrections.images else {}
    known = {places[key]: one for key, one in corrections.images.items() if key in places}
    return Look(images, _codes(drawn, len(images)), _codes(split, len(images)), labels, told, known)


def _codes(split: SplitIndices, count: int) -> np.ndarray:
    codes = np.full(count, NOWHERE, np.int8)
    for part, places in zip(THREE, (split.train, split.validation, split.test), strict=True):
        codes[places] = part
    return codes


# -- which images


def chosen(
    seen: Look,
    part: Part | None = None,
    label: int | None = None,
    only: Only = "all",
    order: Order = "stored",
    unlike: np.ndarray | None = None,
) -> np.ndarray:
    """Places of the images that are asked for, int64, in the order that is asked for.

    Args:
        seen: the data set.
        part: only this one; None: all, and what is left out.
        label: only this class, as corrected; None: all.
        only: `corrected` ones, or those whose label noise has `flipped`.
        order: as `stored`; the classes in `turns`, first one of each; the most `unlike` first.
        unlike: float (n,), from `unlikeness`; needed for that order.
    """
    asked = np.ones(len(seen.labels), bool)
    if part is not None:
        asked &= seen.parts == part
    if label is not None:
        asked &= seen.labels == label
    if only == "corrected":
        asked &= np.isin(np.arange(len(asked)), list(seen.corrections))
    elif only == "flipped":
        asked &= seen.flipped
    places = np.flatnonzero(asked)
    if order == "unlike" and unlike is not None:
        return places[np.argsort(-unlike[places], kind="stable")]
    # by the stored labels: an image stays in its place while it is corrected
    return places[_in_turns(seen.images.labels[places])] if order == "turns" else places


def _in_turns(labels: np.ndarray) -> np.ndarray:
    """The order that takes the first of each class, then the second of each, and so on."""
    by_class = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_class], labels[by_class])
    turn = np.empty(len(labels), np.int64)
    turn[by_class] = np.arange(len(labels)) - starts
    return np.lexsort((labels, turn))


def drawn_by_us(facts: Facts) -> tuple[bool, bool]:
    """Whether the shares of validation and of test decide anything: a data set may have its own parts."""
    free = facts.size - sum(facts.fixed)
    return free > 0 or facts.fixed[3] > 0, free > 0


# -- what can be changed; each returns what `corrections.correct` takes


def relabelled(seen: Look, places: np.ndarray, label: str) -> dict[str, Correction]:
    """Give these images a class; one that is stored with it needs no correction for that."""
    stored = [seen.images.class_names[seen.images.labels[place]] for place in places]
    return _changed(seen, places, [{"label": None if one == label else label} for one in stored])


def moved(seen: Look, places: np.ndarray, part: PartName) -> dict[str, Correction]:
    """Put these images to a part, those that were left out too; one that is drawn for it needs no correction."""
    code = Part[part.upper()]
    return _changed(
        seen, places, [{"part": None if seen.drawn[place] == code else part, "dropped": False} for place in places]
    )


def left_out(seen: Look, places: np.ndarray) -> dict[str, Correction]:
    """Take these images out of training, validation and test."""
    return _changed(seen, places, [{"dropped": True}] * len(places))


def as_stored(seen: Look, places: np.ndarray) -> dict[str, Correction]:
    """Take all corrections of these images back."""
    return {seen.images.key(place): Correction() for place in places}


def _changed(seen: Look, places: np.ndarray, updates: list[dict[str, object]]) -> dict[str, Correction]:
    """What was corrected before stays, except for what `updates` say."""
    nothing = Correction()
    return {
        seen.images.key(place): seen.corrections.get(int(place), nothing).model_copy(update=update)
        for place, update in zip(places, updates, strict=True)
    }
