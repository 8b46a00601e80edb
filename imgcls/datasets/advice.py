"""What somebody should know about a data set of their own before they train with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from imgcls.datasets.registry import Part
from imgcls.datasets.splits import split_indices
from imgcls.errors import RecipeError
from imgcls.language import N_, Translate
from imgcls.recipe import Split

#: Fewer images of a class than this are learned by heart rather than understood: some 14 of 20 are for training.
FEW = 20
#: From this on the largest class drowns the smallest.
IMBALANCED = 5

EMPTY = N_("The class “{label}” has no images yet. It is left out until it has some.")
ONLY_ONE = N_(
    "The class “{label}” has 1 image. At least {need} are needed, so that training, validation and test have one each: "
    "add {missing}."
)
TOO_FEW = N_(
    "The class “{label}” has {count} images. At least {need} are needed, so that training, validation and test have "
    "one each: add {missing}."
)
NO_PART = N_(
    "The class “{label}” has {count} images, and of those none for one of training, validation and test. "
    "Move some of its images, or import the data set without its division into parts."
)
LITTLE = N_("The class “{label}” has only {count} images. From fewer than {few} a network learns little: add some.")
UNEVEN = N_(
    "The class “{largest}” has {most} images, “{smallest}” only {least}. A network that always says “{largest}” looks "
    "good already: add images to the small classes, or choose a balance when training."
)
SMALL = N_("{count} of {total} pictures are smaller than {side} × {side} pixels. They are enlarged and look blurred.")
TWINS = N_(
    "{images} images have an equal or nearly equal twin. Where one is for training and the other for the test, the "
    "test is no test: remove one of each."
)
CONTRADICTIONS = N_(
    "{groups} groups of equal or nearly equal images stand in more than one class. A network cannot tell them apart: "
    "decide where they belong."
)


@dataclass(frozen=True)
class Advice:
    """A sentence: an English template marked with `N_`, and what goes into its places."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        """The sentence in the language of `translate`, by default in English."""
        return translate(self.template).format(**self.values)

    def __str__(self) -> str:
        return self.say()


def on_classes(counts: Mapping[str, int], parts: Mapping[str, Sequence[Part]]) -> Iterator[Advice]:
    """What the sizes of the classes lead to.

    Args:
        counts: class → images.
        parts: class → the part of each image; a class that is not there has only free ones.
    """
    for label, count in counts.items():
        yield from _on_class(label, count, parts.get(label, [Part.FREE] * count))
    used = {label: count for label, count in counts.items() if count} or {"": 0}
    largest, smallest = max(used, key=used.__getitem__), min(used, key=used.__getitem__)
    if used[largest] > IMBALANCED * used[smallest]:
        yield Advice(UNEVEN, {"largest": largest, "most": used[largest], "smallest": smallest, "least": used[smallest]})


def _on_class(label: str, count: int, parts: Sequence[Part]) -> Iterator[Advice]:
    need = needed()
    if count == 0:
        yield Advice(EMPTY, {"label": label})
    elif not _can_be_split(parts) and set(parts) == {Part.FREE}:
        template = ONLY_ONE if count == 1 else TOO_FEW
        yield Advice(template, {"label": label, "count": count, "need": need, "missing": need - count})
    elif not _can_be_split(parts):
        yield Advice(NO_PART, {"label": label, "count": count})
    elif count < FEW:
        yield Advice(LITTLE, {"label": label, "count": count, "few": FEW})


@lru_cache(maxsize=1)
def needed() -> int:
    """The fewest images of a class of which the usual shares give some to training, validation and test."""
    return next(count for count in range(1, 1000) if _can_be_split([Part.FREE] * count))


def _can_be_split(parts: Sequence[Part]) -> bool:
    try:
        split_indices(np.zeros(len(parts), np.int64), Split(), 0, np.array(parts, np.int8))
    except RecipeError:
        return False
    return True


def on_sizes(sides: Sequence[int], side: int) -> Iterator[Advice]:
    """What the pictures' shorter sides (px) lead to, if they are brought to `side` px."""
    count = sum(one < side for one in sides)
    if count:
        yield Advice(SMALL, {"count": count, "total": len(sides), "side": side})


def on_twins(images: int, groups_across_classes: int) -> Iterator[Advice]:
    """What equal and nearly equal images lead to."""
    if images:
        yield Advice(TWINS, {"images": images})
    if groups_across_classes:
        yield Advice(CONTRADICTIONS, {"groups": groups_across_classes})
