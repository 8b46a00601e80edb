"""The shortcut lab: three networks, of which one may be right for the wrong reason, and the same images with and
without the mark to find it out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from imgcls.datasets import Part, load
from imgcls.datasets.shortcut import MARKED, ShortcutOptions, mark_masks
from imgcls.explain.energy import energy_inside
from imgcls.language import N_
from imgcls.recipe import Choice, Optimizer, Recipe, Training

#: What is trained unless somebody changes it.
DEFAULT = Recipe(
    dataset=Choice(name="shortcut", images=2000),
    training=Training(epochs=30, batch_size=32, optimizer=Optimizer(name="adam", learning_rate=0.001)),
)


class Remedy(StrEnum):
    """What is done against the shortcut."""

    NOTHING = "nothing"
    CUTOUT = "cutout"
    CLEAN = "clean"


REMEDY_WORDS = {
    Remedy.NOTHING: N_("with the mark"),
    Remedy.CUTOUT: N_("with Cutout"),
    Remedy.CLEAN: N_("cleaned data"),
}
#: Hides a square of half the side: now and then the mark, now and then a part of the shape.
CUTOUT = Choice(name="cutout", side=0.5)


def shortcut_recipes(base: Recipe = DEFAULT) -> dict[Remedy, Recipe]:
    """The recipes of the lab: the same seed, the same pictures, another remedy in each."""
    clean = Choice(name="shortcut", **{**base.dataset.options, "mark": "none"})
    return {
        Remedy.NOTHING: base,
        Remedy.CUTOUT: base.model_copy(update={"augmentation": (CUTOUT,)}),
        Remedy.CLEAN: base.model_copy(update={"dataset": clean}),
    }


@dataclass(frozen=True)
class Pairs:
    """Validation images of the marked class, each once as it is and once without its mark.

    Args:
        marked: uint8 (n, h, w, 3).
        clean: the same, and nothing else changed.
        marks: bool (n, h, w).
        objects: bool (n, h, w), where no mark lies on the object.
    """

    marked: np.ndarray
    clean: np.ndarray
    marks: np.ndarray
    objects: np.ndarray


def pairs(dataset: Choice, count: int) -> Pairs:
    """The first `count` such images of a choice of `shortcut`, whatever mark it has."""
    options = {name: value for name, value in dataset.options.items() if name != "mark"}
    marked, clean = (load(Choice(name="shortcut", mark=mark, **options)) for mark in ("training", "none"))
    marks = mark_masks(ShortcutOptions(mark="training", **options))
    assert marked.parts is not None
    assert marked.masks is not None
    wanted = (marked.labels == MARKED) & (marked.parts == Part.VALIDATION) & marks.any(axis=(1, 2))
    chosen = np.flatnonzero(wanted)[:count]
    objects = marked.masks[chosen] & ~marks[chosen]
    return Pairs(marked.images[chosen], clean.images[chosen], marks[chosen], objects)


@dataclass(frozen=True)
class Evidence:
    """What a network does with the pairs.

    Args:
        found: share of the marked images that it calls by their class.
        found_clean: the same without the mark.
        on_mark: mean share of the heat that lies on the mark; NaN if no map has any.
        on_object: mean share of the heat that lies on the object, on the clean images.
        mark_area: share of the image that the mark covers.
        object_area: share of the image that the object covers.
    """

    found: float
    found_clean: float
    on_mark: float
    on_object: float
    mark_area: float
    object_area: float

    @property
    def looks_at_the_mark(self) -> bool:
        """It loses a fifth of its answers or more with nothing but the mark gone."""
        return self.found - self.found_clean >= 0.2


def evidence(some: Pairs, maps: np.ndarray, probabilities: np.ndarray) -> Evidence:
    """What maps and probabilities of the marked images, followed by the clean ones, say.

    Args:
        some: n pairs.
        maps: (2n, h, w), heat for the marked class.
        probabilities: (2n, classes).
    """
    count = len(some.marked)
    right = probabilities.argmax(axis=1) == MARKED
    return Evidence(
        found=float(right[:count].mean()),
        found_clean=float(right[count:].mean()),
        on_mark=_mean(energy_inside(maps[:count], some.marks)),
        on_object=_mean(energy_inside(maps[count:], some.objects)),
        mark_area=float(some.marks.mean()),
        object_area=float(some.objects.mean()),
    )


def _mean(shares: np.ndarray) -> float:
    known = shares[~np.isnan(shares)]
    return float(known.mean()) if len(known) else float("nan")
