"""corrections: what is corrected in a data set, and to correct it, in the words of the page Data."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from imgcls.commands.answer import Answer, table
from imgcls.datasets import ImageSet, dataset_options, load
from imgcls.datasets.corrections import (
    NONE,
    PARTS,
    Correction,
    Corrections,
    can_undo,
    correct,
    current_corrections,
    damage,
    undo,
)
from imgcls.errors import InputError, UnknownNameError
from imgcls.images import shown_name
from imgcls.language import N_, environment_language, translator
from imgcls.recipe import Choice, Recipe, with_settings

ONE_AT_A_TIME = N_("Expected one of {known} at a time. Received: {count} of them.")
NO_KEYS = N_("Expected the keys of images together with {action}. Received none. The page Data names them.")
NO_ACTION = N_("Expected what is to be done to these images, one of: {known}. Received only their keys.")
KEYS_TOO_MANY = N_("Expected {action} alone: it takes back a whole step. Received keys of images besides.")
NO_IMAGE = N_("There is no image “{key}” in the data set {name}. Expected {expected}.")
NO_CLASS = N_("There is no class “{label}” in the data set {name}. Expected one of: {known}.")

#: What an image can be moved to.
MOVES = tuple(PARTS)
_ACTIONS = ("--relabel", "--move", "--leave-out", "--as-it-was", "--undo", "--redo")


def corrections(asked: argparse.Namespace) -> Answer:
    """What counts now; before, a step if one is asked for.

    Raises:
        InputError: the arguments do not go together, or there is no such image or class.
        MissingDataError: the data set has to be downloaded first.
        PlaceError: the disk does not allow it.
    """
    settings = [f"dataset.name={json.dumps(asked.name)}", *asked.set]
    dataset = with_settings(Recipe(), settings).dataset
    dataset_options(dataset)
    wanted = _wanted(asked)
    if wanted in ("--undo", "--redo"):
        undo(dataset, 1 if wanted == "--undo" else -1)
    elif wanted is not None:
        _correct(asked, dataset)
    return _answer(dataset)


def _wanted(asked: argparse.Namespace) -> str | None:
    """The one action that is asked for; None: to look is all."""
    given = (asked.relabel, asked.move, asked.leave_out, asked.as_it_was, asked.undo, asked.redo)
    found = [action for action, value in zip(_ACTIONS, given, strict=True) if value not in (None, False)]
    known = ", ".join(_ACTIONS)
    if len(found) > 1:
        raise InputError(ONE_AT_A_TIME, known=known, count=len(found))
    if not found:
        if asked.keys:
            raise InputError(NO_ACTION, known=known)
        return None
    if found[0] in ("--undo", "--redo") and asked.keys:
        raise InputError(KEYS_TOO_MANY, action=found[0])
    if found[0] not in ("--undo", "--redo") and not asked.keys:
        raise InputError(NO_KEYS, action=found[0])
    return found[0]


def _correct(asked: argparse.Namespace, dataset: Choice) -> None:
    images = load(dataset)
    places = _places(images, dataset.name, asked.keys)
    if asked.relabel is not None and asked.relabel not in images.class_names:
        known = ", ".join(images.class_names[:20]) + (" …" if len(images.class_names) > 20 else "")
        raise UnknownNameError(NO_CLASS, label=shown_name(asked.relabel), name=dataset.name, known=known)
    before = current_corrections(dataset).images

    def changed(key: str, stored: str) -> Correction:
        one = before.get(key, Correction())
        if asked.relabel is not None:  # as it is stored needs no correction
            return one.model_copy(update={"label": None if asked.relabel == stored else asked.relabel})
        if asked.move is not None:
            return one.model_copy(update={"part": asked.move, "dropped": False})
        return one.model_copy(update={"dropped": True}) if asked.leave_out else Correction()

    labels = {key: images.class_names[images.labels[place]] for key, place in places.items()}
    correct(dataset, {key: changed(key, stored) for key, stored in labels.items()})


def _places(images: ImageSet, name: str, keys: Sequence[str]) -> dict[str, int]:
    known = {images.key(place): place for place in range(len(images))}
    for key in keys:
        if key not in known:
            last = len(images) - 1
            expected = f"0 … {last}" if images.keys is None else f"{images.keys[0]} … {images.keys[-1]}"
            raise UnknownNameError(NO_IMAGE, key=shown_name(key), name=name, expected=expected)
    return {key: known[key] for key in keys}


def _answer(dataset: Choice) -> Answer:
    found, damaged = current_corrections(dataset), damage(dataset)
    back, forth = can_undo(dataset)
    said = damaged.say(translator(environment_language())) if damaged is not None else None
    identifier = found.identifier()
    data = {
        "dataset": dataset.name,
        "corrections": identifier,
        "images": [{"key": key, **one.model_dump()} for key, one in sorted(found.images.items(), key=_by_key)],
        "can_undo": back,
        "can_redo": forth,
        "damage": said,
    }
    return Answer(data, [*([said] if said else []), *_lines(dataset, found, identifier)])


def _by_key(item: tuple[str, Correction]) -> tuple[int, int, str]:
    key = item[0]
    return (0, int(key), "") if key.isdecimal() else (1, 0, key)


def _lines(dataset: Choice, found: Corrections, identifier: str) -> list[str]:
    if identifier == NONE:
        return [f"{dataset.name}: no corrections"]
    rows = [("", key, ", ".join(_words(one))) for key, one in sorted(found.images.items(), key=_by_key)]
    count = len(found.images)
    head = f"{dataset.name}: {count} correction{'' if count == 1 else 's'}; train --corrections {identifier}"
    return [head, *table(rows)]


def _words(one: Correction) -> list[str]:
    """What is done to an image, in a few words each."""
    said = [f"as {one.label}"] if one.label is not None else []
    if one.dropped:
        return [*said, "left out"]
    return said if one.part is None else [*said, f"to {one.part}"]


def corrections_of(wanted: str, dataset: Choice) -> str:
    """The identifier that a person means by it.

    Args:
        wanted: `now`, or an identifier, which is taken as it is.

    Raises:
        DatasetError: those of now are damaged.
    """
    if wanted != "now":
        return wanted
    if (damaged := damage(dataset)) is not None:
        raise damaged
    return current_corrections(dataset).identifier()
