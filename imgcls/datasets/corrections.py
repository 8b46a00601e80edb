"""Corrections: a layer over a data set. Images get another class or part, or are left out; the images stay as they are.

    <home>/corrections/
      <12 hexadecimal digits>.json   one set of corrections, never changed: a recipe names it
      <data set>.json                which sets of this data set came after one another, and which one counts now

Because a recipe names the set it was trained with, a run can be repeated after the labels have been corrected further,
and every step can be taken back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from imgcls.atomic import disk_errors, read_json, write_json
from imgcls.datasets.registry import DATASETS, ImageSet, Part
from imgcls.datasets.splits import SplitIndices
from imgcls.errors import UnknownNameError
from imgcls.home import folder
from imgcls.language import N_
from imgcls.recipe import Choice

#: No corrections.
NONE = ""
#: Steps that can be taken back.
MOST_STEPS = 200
#: The parts that an image can be moved to, by the name that is stored.
PARTS = {"train": Part.TRAIN, "validation": Part.VALIDATION, "test": Part.TEST}


class Correction(BaseModel):
    """What is done to one image; all is as it was where nothing is said.

    Args:
        label: the name of its class.
        part: where it goes.
        dropped: it is left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str | None = None
    part: Literal["train", "validation", "test"] | None = None
    dropped: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Correction()


class Corrections(BaseModel):
    """Corrections of one data set, by the key of the image (`ImageSet.key`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Choice
    images: dict[str, Correction] = {}

    def changed(self, more: Mapping[str, Correction]) -> Corrections:
        """These and `more`; an image that is in both gets what `more` says, and is free again if that is nothing."""
        images = {key: one for key, one in {**self.images, **more}.items() if not one.is_empty}
        return Corrections(dataset=self.dataset, images=images)

    def identifier(self) -> str:
        """The same for equal corrections: 12 hexadecimal digits; empty for none."""
        if not self.images:
            return NONE
        data = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()[:12]


def read_corrections(identifier: str, dataset: Choice) -> Corrections:
    """The corrections that a recipe names; an empty identifier names none.

    Raises:
        UnknownNameError: they are not there, damaged, or of another data set.
    """
    if identifier == NONE:
        return Corrections(dataset=_plain(dataset))
    found = _stored(identifier)
    if found is None or found.dataset != _plain(dataset):
        raise UnknownNameError(
            N_("There are no corrections “{name}” for the data set {dataset} on this machine."),
            name=identifier,
            dataset=dataset.name,
        )
    return found


def current_corrections(dataset: Choice) -> Corrections:
    """The corrections that count now for a data set."""
    steps = _steps(dataset)
    place = steps["place"]
    found = _stored(steps["ids"][place]) if steps["ids"][place] != NONE else None
    return found or Corrections(dataset=_plain(dataset))


def correct(dataset: Choice, changes: Mapping[str, Correction]) -> Corrections:
    """Change what counts now by these corrections; the step can be taken back."""
    with _lock(dataset):
        found = current_corrections(dataset).changed(changes)
        identifier = found.identifier()
        if identifier != NONE:
            write_json(_place(identifier), found.model_dump(mode="json"))
        steps = _steps(dataset)
        ids = [*steps["ids"][: steps["place"] + 1], identifier][-MOST_STEPS:]
        write_json(_history(dataset), {"ids": ids, "place": len(ids) - 1})
        return found


def can_undo(dataset: Choice) -> tuple[bool, bool]:
    """Whether there is a step to take back, and one to do again."""
    steps = _steps(dataset)
    return steps["place"] > 0, steps["place"] < len(steps["ids"]) - 1


def undo(dataset: Choice, steps: int = 1) -> Corrections:
    """Go back by so many steps, or forward by a negative number, as far as there are any."""
    with _lock(dataset):
        known = _steps(dataset)
        place = min(max(0, known["place"] - steps), len(known["ids"]) - 1)
        write_json(_history(dataset), {"ids": known["ids"], "place": place})
    return current_corrections(dataset)


def corrected(images: ImageSet, parts: SplitIndices, corrections: Corrections) -> tuple[np.ndarray, SplitIndices]:
    """Labels and parts with the corrections applied.

    The split is drawn before: what is corrected in one image moves no other one.

    Args:
        images: the whole data set.
        parts: as drawn.
        corrections: of this data set; images that are not there any more are passed over.

    Returns:
        int64 labels (n,), and the parts without what is left out.
    """
    if not corrections.images:
        return images.labels, parts
    places = {images.key(place): place for place in range(len(images))}
    labels, member = images.labels.copy(), np.full(len(images), -1, np.int8)
    for code, some in ((Part.TRAIN, parts.train), (Part.VALIDATION, parts.validation), (Part.TEST, parts.test)):
        member[some] = code
    for key, one in corrections.images.items():
        if (place := places.get(key)) is None:
            continue
        if one.label in images.class_names:
            labels[place] = images.class_names.index(one.label)
        if one.part is not None:
            member[place] = PARTS[one.part]
        if one.dropped:
            member[place] = -1
    return labels, SplitIndices(*(np.flatnonzero(member == code) for code in (Part.TRAIN, Part.VALIDATION, Part.TEST)))


def _plain(dataset: Choice) -> Choice:
    """What tells one data set's images from another's: of one's own data set, the name alone; its keys are files."""
    is_own = dataset.name in DATASETS and DATASETS.get(dataset.name).is_own
    return Choice(name=dataset.name) if is_own else dataset


def _stored(identifier: str) -> Corrections | None:
    try:
        return Corrections.model_validate(read_json(_place(identifier)))
    except ValidationError:
        return None


def _steps(dataset: Choice) -> dict[str, Any]:
    found = read_json(_history(dataset))
    ids = found.get("ids") if isinstance(found, dict) else None
    place = found.get("place") if isinstance(found, dict) else None
    if not isinstance(ids, list) or not isinstance(place, int) or not 0 <= place < len(ids):
        return {"ids": [NONE], "place": 0}
    return {"ids": [str(one) for one in ids], "place": place}


def _place(identifier: str) -> Path:
    name = identifier if re.fullmatch(r"[0-9a-f]{12}", identifier) else "none"
    return folder("corrections") / f"{name}.json"


def _history(dataset: Choice) -> Path:
    text = _plain(dataset).model_dump_json()
    return folder("corrections") / f"now-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"


def _lock(dataset: Choice) -> FileLock:
    path = _history(dataset).with_suffix(".lock")
    with disk_errors(path):
        return FileLock(path)
