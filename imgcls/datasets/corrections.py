"""Corrections: a layer over a data set. Images get another class or part, or are left out; the images stay as they are.

    <home>/corrections/
      <12 hexadecimal digits>.json   one set of corrections, never changed: a recipe names it
      now-<data set>.json            which sets of this data set came after one another, and which one counts now
      kept-<data set>.json           images whose label somebody has looked at and found right (`kept_labels`)
      ….json.damaged-1               what could not be read, put aside before its place was needed

Because a recipe names the set it was trained with, a run can be repeated after the labels have been corrected further,
and every step can be taken back.
"""

from __future__ import annotations

import hashlib
import json
import os
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
from imgcls.errors import DatasetError, UnknownNameError
from imgcls.home import folder
from imgcls.language import N_
from imgcls.recipe import Choice

#: No corrections.
NONE = ""
#: Steps that can be taken back.
MOST_STEPS = 200
_IDENTIFIER = re.compile(r"[0-9a-f]{12}")

DAMAGED_STEPS = N_(
    "The file {path} is damaged, so that no corrections of this data set are applied: the next one begins a new list, "
    "and the damaged file is kept beside it."
)
DAMAGED_SET = N_(
    "The file {path} is damaged or gone, so that no corrections of this data set are applied; those of earlier steps "
    "come back with Undo."
)

UNREADABLE_SET = N_(
    "The corrections “{name}” of the data set {dataset} cannot be applied: the file {path} is damaged, or no longer "
    "what was stored under that name."
)

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
        return _digest(self.model_dump(mode="json")) if self.images else NONE


def read_corrections(identifier: str, dataset: Choice) -> Corrections:
    """The corrections that a recipe names; an empty identifier names none.

    Raises:
        UnknownNameError: they are not there, or of another data set.
        DatasetError: their file is damaged, or no longer what was stored.
    """
    if identifier == NONE:
        return Corrections(dataset=_plain(dataset))
    found = _stored(identifier)
    if found is None and _IDENTIFIER.fullmatch(identifier) and os.path.lexists(_place(identifier)):
        raise DatasetError(UNREADABLE_SET, name=identifier, dataset=dataset.name, path=str(_place(identifier)))
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


def damage(dataset: Choice) -> DatasetError | None:
    """Why the corrections that should count now for a data set are not applied; None where nothing is damaged.

    Told instead of raised: the data set is whole, and can be looked at and corrected anew.
    """
    if _is_damaged(_history(dataset)):
        return DatasetError(DAMAGED_STEPS, path=str(_history(dataset)))
    steps = _steps(dataset)
    now = steps["ids"][steps["place"]]
    if now != NONE and _stored(now) is None:
        return DatasetError(DAMAGED_SET, path=str(_place(now)))
    return None


def correct(dataset: Choice, changes: Mapping[str, Correction]) -> Corrections:
    """Change what counts now by these corrections; the step can be taken back."""
    with held(dataset):
        found = current_corrections(dataset).changed(changes)
        identifier = found.identifier()
        if identifier != NONE and _stored(identifier) != found:
            _put_aside(_place(identifier))
            write_json(_place(identifier), found.model_dump(mode="json"))
        steps = _steps(dataset)
        ids = [*steps["ids"][: steps["place"] + 1], identifier][-MOST_STEPS:]
        _keep_steps(dataset, {"ids": ids, "place": len(ids) - 1})
        return found


def can_undo(dataset: Choice) -> tuple[bool, bool]:
    """Whether there is a step to take back, and one to do again."""
    steps = _steps(dataset)
    return steps["place"] > 0, steps["place"] < len(steps["ids"]) - 1


def undo(dataset: Choice, steps: int = 1) -> Corrections:
    """Go back by so many steps, or forward by a negative number, as far as there are any."""
    with held(dataset):
        known = _steps(dataset)
        place = min(max(0, known["place"] - steps), len(known["ids"]) - 1)
        if place != known["place"]:
            _keep_steps(dataset, {"ids": known["ids"], "place": place})
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


def _digest(said: Any) -> str:
    data = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()[:12]


def _stored(identifier: str) -> Corrections | None:
    """What was stored under this name; None: it is not there, or something else is."""
    said = read_json(_place(identifier))
    try:
        found = Corrections.model_validate(said)
    except ValidationError:
        return None
    return found if _digest(said) == identifier else None


def _steps(dataset: Choice) -> dict[str, Any]:
    found = read_json(_history(dataset))
    return found if _are_steps(found) else {"ids": [NONE], "place": 0}


def _are_steps(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    ids, place = found.get("ids"), found.get("place")
    if not isinstance(ids, list) or type(place) is not int or not 0 <= place < len(ids):
        return False
    return all(isinstance(one, str) and (one == NONE or _IDENTIFIER.fullmatch(one)) for one in ids)


def _keep_steps(dataset: Choice, steps: dict[str, Any]) -> None:
    path = _history(dataset)
    if _is_damaged(path):
        _put_aside(path)
    write_json(path, steps)


def _is_damaged(history: Path) -> bool:
    return os.path.lexists(history) and not _are_steps(read_json(history))


def _put_aside(path: Path) -> None:
    """Rename what lies at `path`, if anything does: somebody may be able to mend it. Nothing is overwritten."""
    if not os.path.lexists(path):
        return
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.damaged-{number}")):
        number += 1
    with disk_errors(path):
        os.rename(path, aside)


def _place(identifier: str) -> Path:
    name = identifier if _IDENTIFIER.fullmatch(identifier) else "none"
    return folder("corrections") / f"{name}.json"


def _history(dataset: Choice) -> Path:
    return beside(dataset, "now")


def beside(dataset: Choice, kind: str) -> Path:
    """Where one kind of notes about a data set lies; the same for the same images."""
    text = _plain(dataset).model_dump_json()
    return folder("corrections") / f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"


def held(dataset: Choice) -> FileLock:
    """The lock under which the notes about a data set are changed."""
    path = _history(dataset).with_suffix(".lock")
    with disk_errors(path):
        return FileLock(path)
