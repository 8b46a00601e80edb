"""Making and mending a data set of one's own by hand: classes and images are added, moved, taken out and put back.

What is taken out lies in a hidden folder beside the data set, not inside of it, where other tools would take it for one
more class:

    <home>/datasets/.<name>.removed/
      images/<class>/0001.png    single images
      classes/<class>/           whole classes

Every function holds the data set while it works, and each change is one rename: before it nothing has happened, after
it all has. The number in a key is never given to another image, so that what is known about an image by its key (a
correction, a run) is never taken for something about another one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from imgcls.atomic import disk_errors, write_bytes
from imgcls.datasets import contents, names, shelf
from imgcls.datasets.card import Card, Colour, Fit, PartName, read_card, write_card
from imgcls.datasets.encoding import stored_form
from imgcls.datasets.layout import spelling
from imgcls.datasets.own import NO_IMAGE, forget_cached
from imgcls.errors import InputError, UnknownNameError
from imgcls.home import check_space
from imgcls.images import encode_png, shown_name
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import refusal

NO_CLASS = N_("There is no class “{label}” in the data set “{name}”. Expected one of: {known}.")
CLASS_TAKEN = N_("There is a class “{label}” already. Expected another name.")
NOT_REMOVED = N_("“{key}” was not taken out of the data set “{name}”, or was put back already.")
IN_THE_WAY = N_("“{key}” cannot be put back into the data set “{name}”: something else is in its place.")
FULL = N_("The data set “{name}” is full. Expected at most {most} images. Received: one more.")
TOO_MANY_CLASSES = N_("The data set “{name}” has enough classes. Expected at most {most}. Received: one more.")


def create(name: str, side: int = 64, colour: Colour = "colour", fit: Fit = "crop") -> str:
    """An empty data set; returns its name, tidied.

    Args:
        name: letters, digits, spaces, points and hyphens; see `imgcls.datasets.names`.
        side: of its images (px), 8 … 224, unless a recipe says otherwise; so are `colour` and `fit`.

    Raises:
        InputError: the name is no name, or taken.
        PlaceError: the disk does not allow it.
    """
    name = names.dataset_name(name)
    try:
        card = Card(created=time.strftime("%Y-%m-%dT%H:%M:%S"), side=side, colour=colour, fit=fit)
    except ValidationError as error:
        raise refusal(error, prefix="dataset") from None
    check_space()
    shelf.check_free(name)
    with shelf.changing(name):
        shelf.check_free(name)  # somebody was faster
        with shelf.drafted(name) as draft:
            write_card(draft, card)
            shelf.publish(name)
    return name


def delete(name: str) -> None:
    """Delete a data set for good, and what was taken out of it.

    Raises:
        UnknownNameError: there is none of this name.
        PlaceError: the disk does not allow it.
    """
    with _editing(name):
        shelf.discard(name)
    forget_cached(name)


def set_defaults(name: str, side: int, colour: Colour, fit: Fit) -> None:
    """Say how the images of a data set are brought to a network, unless a recipe says otherwise.

    Args:
        side: height and width (px), 8 … 224.
        colour: whether a network sees colours.
        fit: how a picture that is not square becomes so.

    Raises:
        UnknownNameError: there is none of this name.
        RecipeError: a value is out of range.
        PlaceError: the disk does not allow it; the old ones hold.
    """
    with _editing(name) as place:
        try:
            card = Card.model_validate({**read_card(place).model_dump(), "side": side, "colour": colour, "fit": fit})
        except ValidationError as error:
            raise refusal(error, prefix="dataset") from None
        if card != read_card(place):
            write_card(place, card)


def set_writing(name: str, writing: bool | None) -> bool | None:
    """Say whether the images are letters, digits or signs that must not be mirrored; returns what was said before.

    It counts whatever images come later. An image itself says nothing of it: one that was brought is a picture like
    others, until somebody says more.

    Args:
        writing: None: nobody says anything; a data set of nothing but drawings is one of writing.

    Raises:
        UnknownNameError: there is no such data set.
        PlaceError: the disk does not allow it; what was said before holds.
    """
    with _editing(name) as place:
        card = read_card(place)
        if card.said_writing != writing:
            write_card(place, card.model_copy(update={"said_writing": writing}))
        return card.said_writing


# -- classes


def add_class(name: str, label: str) -> str:
    """A class without images; returns its name, tidied.

    Raises:
        InputError: the name is no name for a class, or taken; or there are too many.
    """
    label = names.class_name(label)
    with _editing(name) as place:
        _check_class_free(place, label)
        most = int(limit("dataset_classes"))
        if len(contents.classes(place)) >= most:
            raise InputError(TOO_MANY_CLASSES, name=name, most=most)
        with disk_errors(place / label):
            (place / label).mkdir()
    return label


def rename_class(name: str, label: str, new: str) -> str:
    """Give a class another name; returns that, tidied. The keys of its images change with it.

    Raises:
        UnknownNameError: there is no such class.
        InputError: the new name is no name for a class, or taken.
    """
    new = names.class_name(new)
    with _editing(name) as place:
        _check_class(place, name, label)
        _check_class_free(place, new, but=label)
        if new != label:
            removed = _removed(name) / "images"
            files = [*contents.classes(place)[label], *contents.classes(removed).get(label, ())]
            new_keys = {f"{label}/{file}": f"{new}/{file}" for file in files}
            _follow(place, new_keys, {new: max(_last_number(place, name, one) for one in (label, new))})
            _move(place / label, place / new)
            if (removed / label).is_dir() and not (removed / new).exists():
                _move(removed / label, removed / new)  # they are put back into the class as it is called now
    return new


def remove_class(name: str, label: str) -> None:
    """Take a class out, with its images; `restore_class` puts it back.

    Raises:
        UnknownNameError: there is no such class.
    """
    with _editing(name) as place:
        _check_class(place, name, label)
        _keep_number(place, name, label)
        _move(place / label, _free(_removed(name) / "classes", label))


def restore_class(name: str, label: str) -> None:
    """Put a class back that was taken out; of several with this name, the last one.

    Raises:
        UnknownNameError: none was taken out.
        InputError: there is a new one of its name.
    """
    with _editing(name) as place:
        found = _latest(_removed(name) / "classes", label)
        if found is None:
            raise UnknownNameError(NOT_REMOVED, key=shown_name(label), name=name)
        _check_class_free(place, label)
        _move(found, place / label)


# -- images


def add_image(name: str, label: str, data: bytes, shown: str = "", drawn: bool = False) -> str:
    """Add a picture to a class; returns its key.

    Args:
        data: JPEG, PNG or WebP. Only its pixels are kept, no larger than `dataset_side`.
        shown: how the file is called in messages.
        drawn: it was drawn by hand. A data set of nothing else is one of writing, unless `set_writing` said something
            else: `Facts.writing`.

    Raises:
        UnknownNameError: there is no such data set or class.
        ImageError: it is no picture that can be used.
        InputError: the data set is full.
        PlaceError: the disk is full, or does not allow it.
    """
    stored = stored_form(data, shown)
    check_space()
    with _editing(name) as place:
        _check_class(place, name, label)
        most, count = int(limit("dataset_images")), sum(map(len, contents.classes(place).values()))
        if count >= most:
            raise InputError(FULL, name=name, most=most)
        key = f"{label}/{_last_number(place, name, label) + 1:04}{stored.suffix}"
        with shelf.drafted(name) as draft:
            write_bytes(draft / "image", stored.data)
            _keep_writing(place, drawn and (count == 0 or read_card(place).writing))
            _move(draft / "image", place / key)
    return key


def _keep_writing(place: Path, writing: bool) -> None:
    card = read_card(place)
    if card.writing != writing:
        write_card(place, card.model_copy(update={"writing": writing}))


def add_pixels(name: str, label: str, pixels: np.ndarray) -> str:
    """Add pixels, uint8 (h, w, 1 or 3), as `add_image` adds a file; they are kept without loss."""
    return add_image(name, label, encode_png(pixels))


def remove_image(name: str, key: str) -> None:
    """Take an image out; `restore_image` puts it back.

    Raises:
        UnknownNameError: there is no such image.
    """
    with _editing(name) as place:
        _check_image(place, name, key)
        _move(place / key, _removed(name) / "images" / key)


def restore_image(name: str, key: str) -> None:
    """Put an image back that was taken out, into the class that it had; that is made again if it is gone.

    Raises:
        UnknownNameError: it was not taken out.
        InputError: something else is in its place.
    """
    with _editing(name) as place:
        if key not in contents.keys(contents.classes(_removed(name) / "images")):
            raise UnknownNameError(NOT_REMOVED, key=shown_name(key), name=name)
        label = key.partition("/")[0]
        if label not in contents.classes(place):
            _check_class_free(place, label)
        if (place / key).exists():
            raise InputError(IN_THE_WAY, key=shown_name(key), name=name)
        _move(_removed(name) / "images" / key, place / key)


def move_image(name: str, key: str, label: str) -> str:
    """Give an image another class; returns its new key.

    Raises:
        UnknownNameError: there is no such image or class.
    """
    with _editing(name) as place:
        _check_image(place, name, key)
        _check_class(place, name, label)
        old = key.partition("/")[0]
        if old == label:
            return key
        number = _last_number(place, name, label) + 1
        new = f"{label}/{number:04}{Path(key).suffix}"
        _follow(place, {key: new}, {label: number, old: _last_number(place, name, old)})
        _move(place / key, place / new)
    return new


def removed_images(name: str) -> tuple[str, ...]:
    """The keys of single images that were taken out and can be put back."""
    return contents.keys(contents.classes(_removed(name) / "images"))


def removed_classes(name: str) -> dict[str, int]:
    """Classes that were taken out and can be put back, and how many images they have."""
    found: dict[str, int] = {}
    for folder in sorted((_removed(name) / "classes").glob("*/*")):
        found[folder.parent.name] = len(contents.classes(folder.parent).get(folder.name, ()))
    return found


# -- the parts of a change


@contextmanager
def _editing(name: str) -> Iterator[Path]:
    """Hold a data set that is there; yields its folder."""
    shelf.place_of(name)
    with shelf.changing(name):
        yield shelf.place_of(name)  # it may have been deleted while this waited


def _removed(name: str) -> Path:
    return shelf.beside(name, "removed")


def _check_class(place: Path, name: str, label: str) -> None:
    known = contents.classes(place)
    if label not in known:
        raise UnknownNameError(NO_CLASS, label=shown_name(label), name=name, known=", ".join(known) or "–")


def _check_class_free(place: Path, label: str, but: str = "") -> None:
    for known in contents.classes(place):
        if spelling(known) == spelling(label) and known != but:
            raise InputError(CLASS_TAKEN, label=known)


def _check_image(place: Path, name: str, key: str) -> None:
    if key not in contents.keys(contents.classes(place)):
        raise UnknownNameError(NO_IMAGE, key=shown_name(key), name=name)


def _move(old: Path, new: Path) -> None:
    """Rename across the folders of one data set; the folder that it goes to is made if it is not there."""
    with disk_errors(new):
        new.parent.mkdir(parents=True, exist_ok=True)
        os.rename(old, new)


def _last_number(place: Path, name: str, label: str) -> int:
    """The highest number that an image of a class ever had; 0: none had one."""
    folders = [place / label, _removed(name) / "images" / label]
    files = [file for folder in folders for file in contents.classes(folder.parent).get(folder.name, ())]
    numbers = [int(Path(file).stem) for file in files if Path(file).stem.isdecimal()]
    return max([0, read_card(place).last.get(label, 0), *numbers])


def _keep_number(place: Path, name: str, label: str) -> None:
    """Note the highest number of a class whose images go away."""
    card, number = read_card(place), _last_number(place, name, label)
    if number > card.last.get(label, 0):
        write_card(place, card.model_copy(update={"last": {**card.last, label: number}}))


def _follow(place: Path, new_keys: dict[str, str], last: dict[str, int]) -> None:
    """Note, before images get new keys, that their parts go with them, and the highest numbers of their classes.

    The old keys keep their notes, too: they say nothing once the images are gone, and are right if they never go.
    """
    card = read_card(place)
    parts: dict[str, PartName] = {new: card.parts[old] for old, new in new_keys.items() if old in card.parts}
    higher = {label: max(number, card.last.get(label, 0)) for label, number in last.items()}
    changed = card.model_copy(update={"parts": {**card.parts, **parts}, "last": {**card.last, **higher}})
    if changed != card:
        write_card(place, changed)


def _free(folder: Path, label: str) -> Path:
    """A place for a class that is taken out; there may be earlier ones of its name."""
    numbers = [int(path.name) for path in (folder / label).glob("*") if path.name.isdecimal()]
    return folder / label / str(max(numbers, default=0) + 1)


def _latest(folder: Path, label: str) -> Path | None:
    found = [path for path in (folder / label).glob("*") if path.name.isdecimal()]
    return max(found, key=lambda path: int(path.name), default=None)
