"""People's own data sets as the registry knows them: what there is, what is in it, and its images.

They are made by `imgcls.datasets.importing` and `imgcls.datasets.editing`; here they are only read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from pydantic import Field

from imgcls.atomic import read_arrays
from imgcls.datasets import contents, shelf
from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.card import LEAST_SIDE, MOST_SIDE, Card, Colour, Fit, read_card
from imgcls.datasets.in_order import in_order
from imgcls.datasets.layout import natural
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, Part
from imgcls.errors import DatasetError, InputError, UnknownNameError
from imgcls.home import folder
from imgcls.images import decode_image, shown_name
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.preparation import fit
from imgcls.registry import Options

#: Told after each image how many of how many are done; False stops the work.
Tell = Callable[[int, int], bool]

#: Images of another class are what a network learns to tell apart.
LEAST_CLASSES = 2

SUMMARY = N_("{images:,} images in {classes} classes. They lie in {place}.")
SUMMARY_WITH_SOURCE = N_("{images:,} images in {classes} classes, from {source}. They lie in {place}.")
NO_IMAGE = N_("There is no image “{key}” in the data set “{name}”. Was it removed?")
TOO_FEW_CLASSES = N_(
    "Expected images of at least {least} classes in the data set “{name}”. Received: {count} ({classes})."
)
TOO_LARGE = N_(
    "Expected at most {most} MB of images in memory. Received: {images} of {shape}, that is {size} MB. "
    "Choose a smaller side, or grey."
)


class Stopped(Exception):
    """`tell` asked to stop; never leaves this package."""


@lru_cache(maxsize=64)
def own_options(usual_side: int, usual_colour: Colour, usual_fit: Fit) -> type[Options]:
    """The options of a data set whose card has these defaults."""

    class OwnOptions(Options):
        side: int = Field(
            usual_side,
            ge=LEAST_SIDE,
            le=MOST_SIDE,
            title=N_("side"),
            description=N_("Height and width in pixels to which every picture is brought. Larger ones take longer."),
        )
        colour: Literal["colour", "grey"] = Field(
            usual_colour,
            title=N_("colour"),
            description=N_("Whether the network sees colours or only light and dark."),
        )
        fit: Literal["crop", "pad"] = Field(
            usual_fit,
            title=N_("fit"),
            description=N_(
                "How a picture that is not square becomes so: crop cuts off what sticks out, pad adds a frame."
            ),
        )

    return OwnOptions


# -- what there is


def names() -> list[str]:
    """All data sets of one's own, also those that have too few classes to train with, or that are damaged."""
    return shelf.names()


def classes(name: str) -> dict[str, int]:
    """Class → images; empty classes are among them.

    Raises:
        UnknownNameError: there is no such data set.
    """
    return {label: len(files) for label, files in contents.classes(shelf.place_of(name)).items()}


def keys(name: str) -> tuple[str, ...]:
    """The keys of all images, `class/file`, in the order in which `load` has them.

    Raises:
        UnknownNameError: there is no such data set.
    """
    return contents.keys(contents.classes(shelf.place_of(name)))


def image_path(name: str, key: str) -> Path:
    """The file of an image: larger than what a network sees of it.

    Raises:
        UnknownNameError: there is no such data set, or no such image in it.
    """
    place = shelf.place_of(name)
    if key not in contents.keys(contents.classes(place)):
        raise UnknownNameError(NO_IMAGE, key=shown_name(key), name=name)
    return place / key


def version(name: str) -> str:
    """The same as long as images, classes and parts are the same: 16 hexadecimal digits. Changes by others count.

    Raises:
        UnknownNameError: there is no such data set.
        InputError: a file cannot be read.
    """
    return contents.version(shelf.place_of(name))


def _ready_names() -> list[str]:
    """Those that can be trained with; one whose name a built-in data set was given since is hidden by that."""
    known = [name for name in names() if name not in DATASETS.built_in()]
    return [name for name in known if len(_used(contents.classes(shelf.place_of(name)))) >= LEAST_CLASSES]


def _used(held: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The classes that have images: no network learns one without."""
    return {label: files for label, files in held.items() if files}


# -- as a registered data set


def entry(name: str) -> Dataset | None:
    """The data set as the registry has it; None: there is none. A damaged one has an entry, and refuses to load."""
    if not shelf.exists(name):
        return None
    place = shelf.place_of(name)
    card, held = _card_or_usual(place), _used(contents.classes(place))
    count = sum(map(len, held.values()))
    summary = SUMMARY_WITH_SOURCE if card.source else SUMMARY
    return Dataset(
        name=name,
        title=name,
        summary=summary,
        values={"images": count, "classes": len(held), "place": place, "source": card.source},
        source=card.source or "–",
        licence="–",
        facts=partial(_facts, card, held),
        load=partial(load, name),
        options=own_options(card.side, card.colour, card.fit),
        is_own=True,
        version=partial(version, name),
    )


def _card_or_usual(place: Path) -> Card:
    with suppress(InputError):
        return read_card(place)
    return Card()


def _facts(card: Card, held: Mapping[str, tuple[str, ...]], options: Any) -> Facts:
    """Read off names alone; no picture is opened."""
    known = contents.keys(held)
    parts = Counter(card.part(key) for key in known) if card.parts else Counter[Part]()
    fixed = (parts[Part.TRAIN], parts[Part.VALIDATION], parts[Part.TEST], parts[Part.NOT_TEST])
    preparation: Literal["fit", "pad"] = "pad" if options.fit == "pad" else "fit"
    return Facts(_shape(options), tuple(held), len(known), preparation, fixed, card.is_writing)


def _shape(options: Any) -> tuple[int, int, int]:
    return options.side, options.side, 1 if options.colour == "grey" else 3


# -- its images


def load(name: str, options: Any) -> ImageSet:
    """The images of a data set, made once for each version and choice of options, then read from the cache.

    Raises:
        UnknownNameError: there is no such data set.
        DatasetError: it has too few classes, or too many images for this side.
        ImageError: a picture of it has gone bad; the message names it.
    """
    return load_folder(shelf.place_of(name), name, options)


def load_folder(place: Path, name: str, options: Any, tell: Tell = lambda done, total: True) -> ImageSet:
    """As `load`, for the folder of a data set that may not be in its place yet.

    Raises:
        Stopped: `tell` said so.
    """
    files = contents.digests(place)
    found = tuple(files)
    labels = class_names(found)
    if len(labels) < LEAST_CLASSES:
        raise too_few_classes(name, labels)
    check_memory(len(found), options)
    cached = cached_name(name, contents.version_of(read_card(place), files), options)
    try:
        images = cached_arrays(cached, _not_there)["images"]
    except _NotThereError:  # made outside of the cache, which others may ask meanwhile
        made = pictures(place, name, found, options, tell, _earlier(name, files, options))
        forget_cached(name, options, keep=cached)
        digests = np.array(list(files.values()), "S64")
        images = cached_arrays(cached, lambda: {"images": made, "digests": digests})["images"]
    return image_set(place, found, images)


class _NotThereError(Exception):
    """The cache has no such arrays."""


def _not_there() -> dict[str, np.ndarray]:
    raise _NotThereError


def class_names(found: Sequence[str]) -> tuple[str, ...]:
    """The classes that these keys name, in the order in which people count."""
    return tuple(sorted({key.partition("/")[0] for key in found}, key=natural))


def image_set(place: Path, found: Sequence[str], images: np.ndarray) -> ImageSet:
    """Images (n, h, w, c) and what is known of them by their keys: classes and parts."""
    names_found = class_names(found)
    numbers = {label: number for number, label in enumerate(names_found)}
    labels = np.array([numbers[key.partition("/")[0]] for key in found], np.int64)
    card = read_card(place)
    parts = np.array([card.part(key) for key in found], np.int8)
    for array in (images, labels, parts):
        array.setflags(write=False)
    return ImageSet(images, labels, names_found, parts if (parts != Part.FREE).any() else None, None, tuple(found))


def too_few_classes(name: str, found: Sequence[str]) -> DatasetError:
    return DatasetError(
        TOO_FEW_CLASSES, least=LEAST_CLASSES, name=name, count=len(found), classes=", ".join(found) or "–"
    )


def check_memory(count: int, options: Any) -> None:
    """Refuse images that would not fit into memory.

    Raises:
        DatasetError: they would not.
    """
    shape, most = _shape(options), limit("dataset_megabytes")
    size = count * int(np.prod(shape)) / 1e6
    if size > most:
        shown = " × ".join(map(str, shape))
        raise DatasetError(TOO_LARGE, most=f"{most:g}", images=count, shape=shown, size=f"{size:,.0f}")


def pictures(
    place: Path,
    name: str,
    found: Sequence[str],
    options: Any,
    tell: Tell,
    known: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> np.ndarray:
    """The pictures with these keys, uint8 (n, side, side, 1 or 3), prepared as a picture from outside would be.

    Args:
        known: key → the picture, prepared before.

    Raises:
        ImageError: one of them cannot be used; the message names it.
        Stopped: `tell` said so.
    """
    height, width, channels = _shape(options)

    def prepared(number: int) -> np.ndarray:
        key = found[number]
        pixels = decode_image(contents.read_file(place, key), f"{name}/{key}")
        return fit.prepare(pixels, height, width, channels, options.fit).image

    images = np.empty((len(found), height, width, channels), np.uint8)
    for number, key in enumerate(found):
        if key in known:
            images[number] = known[key]
    missing = [number for number, key in enumerate(found) if key not in known]
    done = len(found) - len(missing)
    if done and not tell(done, len(found)):
        raise Stopped
    with closing(in_order(prepared, missing)) as results:
        for number, image in zip(missing, results, strict=True):
            images[number] = image
            done += 1
            if not tell(done, len(found)):
                raise Stopped
    return images


# -- what is kept of them in the cache


def cached_name(name: str, held: str, options: Any) -> str:
    """What the arrays of one version are called: the same contents under another name are another data set's."""
    return f"{_prefix(name)}{held}-{options.side}-{options.colour}-{options.fit}"


def _prefix(name: str) -> str:
    return f"own-{hashlib.sha256(name.encode()).hexdigest()[:12]}-"


def _cached(name: str, options: Any) -> list[Path]:
    """The files made of any version of a data set with these options; None: with any."""
    ending = "*" if options is None else cached_name(name, "*", options).removeprefix(_prefix(name))
    return sorted(folder("cache", "datasets").glob(f"{_prefix(name)}{ending}.npz"))


def _earlier(name: str, files: Mapping[str, str], options: Any) -> dict[str, np.ndarray]:
    """Key → picture, of those files (key → digest) that an earlier version had: one more image is soon added."""
    for path in _cached(name, options):
        with suppress(Exception):  # a damaged file has a dozen words; what is not known is made again
            arrays = read_arrays(path)
            digests = [digest.decode() for digest in arrays["digests"].tolist()]
            known = dict(zip(digests, arrays["images"], strict=True))
            return {key: known[digest] for key, digest in files.items() if digest in known}
    return {}


def forget_cached(name: str, options: Any = None, keep: str = "") -> None:
    """Delete from the disk what was made of a data set with these options (None: any), but for the arrays `keep`."""
    for path in _cached(name, options):
        if path.stem != keep:
            with suppress(OSError):
                path.unlink()


DATASETS.own_names = _ready_names
DATASETS.own_entry = entry
