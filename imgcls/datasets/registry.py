"""The data sets: what each is, and how its images are had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import ValidationError

from imgcls.downloads.progress import Downloadable
from imgcls.errors import UnknownNameError
from imgcls.language import Translate
from imgcls.recipe import Choice, Split, refusal
from imgcls.registry import MISSING_DATASET, Options, Registry

#: How a picture from outside is brought to the form of a data set's images.
Preparation = Literal["mnist-style", "fit", "pad"]


class Part(IntEnum):
    """What an image is for. Those that a data set leaves open are drawn by `split_indices`."""

    FREE = -1
    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    NOT_TEST = 3  # the data set has a test part of its own, and this is none of it: training or validation, drawn


@dataclass(frozen=True)
class ImageSet:
    """Images in memory.

    Args:
        images: uint8, (n, height, width, channels), channels 1 (grey) or 3 (RGB).
        labels: int64, (n,), each in [0, len(class_names)).
        class_names: one name per class.
        parts: int8, (n,), `Part` of each image where the data set itself says so; None: all are free.
        masks: bool, (n, height, width), True on the object; None: nobody knows where it is.
        keys: a name for each image that stays the same while others come and go; None: its number.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    parts: np.ndarray | None = None
    masks: np.ndarray | None = None
    keys: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.images.shape[1:]

    def key(self, place: int) -> str:
        """The name by which corrections know the image at `place`."""
        return str(place) if self.keys is None else self.keys[place]

    def take(self, indices: np.ndarray) -> ImageSet:
        """The images at `indices`, in that order. Their keys stay what they were."""
        return ImageSet(
            self.images[indices],
            self.labels[indices],
            self.class_names,
            None if self.parts is None else self.parts[indices],
            None if self.masks is None else self.masks[indices],
            tuple(self.key(int(place)) for place in indices),
        )


@dataclass(frozen=True)
class Facts:
    """What can be said of a data set without loading it.

    Args:
        image_shape: (height, width, channels).
        class_names: one name per class.
        size: images.
        preparation: `mnist-style` for strokes; `fit` crops a picture to the shape, `pad` frames it.
        fixed: how many images the data set itself has put to training, validation and test, and how many it only keeps
            out of the test (`Part.NOT_TEST`); all others are free.
        writing: whether the images are strokes of a hand, as digits and letters: mirrored, they mean something else.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    size: int
    preparation: Preparation = "fit"
    fixed: tuple[int, int, int, int] = (0, 0, 0, 0)
    writing: bool = False

    def sizes(self, split: Split) -> tuple[int, int, int]:
        """About how many images `split_indices` draws for training, validation and test."""
        train, validation, test, rest = self.fixed
        free = self.size - sum(self.fixed)
        held = round(rest * split.validation / (split.validation + split.train))
        tests, validations = round(free * split.test), round(free * split.validation)
        return train + free - tests - validations + rest - held, validation + validations + held, test + tests


class DownloadableData(Downloadable, Protocol):
    """Images that can be downloaded."""

    def is_unread(self) -> bool:
        """Whether `check` would have to read files that nobody has read yet."""
        ...


@dataclass(frozen=True)
class Dataset:
    """A registered data set. `facts` and `load` take its checked options.

    `version` changes with the images of a data set that people made; it is empty for one that never changes.
    `has_masks`: its images know where their objects are. `values` go into the places of `summary`, which is read by
    `described`.
    `download` brings a data set that does not come with the app; None: it needs no network.
    """

    name: str
    title: str
    summary: str
    source: str
    licence: str
    facts: Callable[[Any], Facts]
    load: Callable[[Any], ImageSet]
    options: type[Options] = Options
    is_own: bool = False
    version: Callable[[], str] = str
    warnings: tuple[str, ...] = field(default=())
    download: DownloadableData | None = None
    has_masks: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)

    def described(self, translate: Translate = str) -> str:
        """The summary in the language of `translate`, by default in English."""
        return translate(self.summary).format(**self.values) if self.values else translate(self.summary)

    @property
    def usual(self) -> Facts:
        """The facts with every option at its default."""
        return self.facts(self.options())


def fixed(facts: Facts) -> Callable[[Options], Facts]:
    """Facts that no option changes."""
    return lambda options: facts


class DatasetRegistry(Registry[Dataset]):
    """Data sets that come with the app, and behind them those that people made, as the disk has them now.

    `own` is set by `imgcls.datasets.own`: the names there are, and the entry of one, or None.
    """

    def __init__(self) -> None:
        super().__init__(MISSING_DATASET)
        self.own_names: Callable[[], list[str]] = list
        self.own_entry: Callable[[str], Dataset | None] = lambda name: None

    def built_in(self) -> list[str]:
        return super().names()

    def get(self, name: str) -> Dataset:
        if name not in self._entries and (found := self.own_entry(name)) is not None:
            return found
        if name not in self._entries:
            raise UnknownNameError(self._missing, name=name, known=", ".join(self.names()))
        return self._entries[name]

    def names(self) -> list[str]:
        return [*super().names(), *self.own_names()]

    def __iter__(self) -> Iterator[Dataset]:
        return iter([*super().__iter__(), *(entry for name in self.own_names() if (entry := self.own_entry(name)))])

    def __contains__(self, name: object) -> bool:
        return name in self._entries or (isinstance(name, str) and self.own_entry(name) is not None)


DATASETS = DatasetRegistry()


def load(choice: Choice) -> ImageSet:
    """The images of a chosen data set; made or converted once, then read from the cache.

    Raises:
        UnknownNameError: no such data set.
        RecipeError: an option is out of range.
        MissingDataError: it has to be downloaded first.
    """
    dataset = DATASETS.get(choice.name)
    return dataset.load(_options(dataset, choice))


def check_present(choice: Choice) -> None:
    """Refuse a data set that has to be downloaded first, or whose files are damaged. Nobody reads them twice for it.

    Raises:
        UnknownNameError: no such data set.
        MissingDataError: it is not on this machine, or is damaged; the value `name` says which.
    """
    download = DATASETS.get(choice.name).download
    if download is not None:
        download.check()


def dataset_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the data set's own model."""
    return _options(DATASETS.get(choice.name), choice)


def dataset_facts(choice: Choice) -> Facts:
    """Shape, classes and size of a chosen data set, without loading it.

    Raises:
        UnknownNameError: no such data set.
        RecipeError: an option is out of range.
    """
    dataset = DATASETS.get(choice.name)
    return dataset.facts(_options(dataset, choice))


def _options(dataset: Dataset, choice: Choice) -> Options:
    try:
        return dataset.options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix="dataset") from None
