"""Shapes with a small mark that goes with one class in training and is missing in the test: a trap to look into.

A network that has learned the mark instead of the shape looks perfect on its validation images, which carry the mark as
the training images do (Geirhos et al. 2020, Shortcut learning in deep neural networks,
https://arxiv.org/abs/2004.07780).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.drawing import LOOKS, OUTLINES, cache_name, check_memory, draw_scene, generator_of, reach
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet, Part
from imgcls.language import N_
from imgcls.registry import Options

CLASSES = ("circle", "star")
#: The class that the mark goes with.
MARKED = 1
#: Of ten pairs of images, these are for validation and for the test; the others for training.
_VALIDATION, _TEST = (7,), (8, 9)
#: Apart from the chances of `shapes`.
_PURPOSE = 1
_REACH = reach(tuple(OUTLINES))


class ShortcutOptions(Options):
    """Where the mark is, and what is drawn."""

    mark: Literal["training", "none", "everywhere"] = Field(
        "training",
        title=N_("mark"),
        description=N_(
            "training: on every star for training and validation, on none in the test. none: nowhere. everywhere: on "
            "the stars of the test, too."
        ),
    )
    images: int = Field(2000, ge=100, le=20_000, strict=True, title=N_("images"))
    side: int = Field(32, ge=16, le=96, strict=True, title=N_("side"), description=N_("Width and height in pixels."))
    difficulty: int = Field(
        2,
        ge=1,
        le=5,
        strict=True,
        title=N_("difficulty"),
        description=N_("From 1, large shapes on plain ground, to 5: small, turned, pale, among clutter and noise."),
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, strict=True, title=N_("seed"), description=N_("Another seed draws other pictures.")
    )


def part_of(number: int) -> Part:
    """What image `number` is for; the two of a pair are for the same."""
    turn = number // len(CLASSES) % 10
    return Part.TEST if turn in _TEST else Part.VALIDATION if turn in _VALIDATION else Part.TRAIN


def has_mark(number: int, mark: str) -> bool:
    """Whether image `number` carries the mark."""
    if mark == "none" or number % len(CLASSES) != MARKED:
        return False
    return mark == "everywhere" or part_of(number) is not Part.TEST


def mark_masks(options: ShortcutOptions) -> np.ndarray:
    """bool (n, side, side): the pixels of the marks. Images with marks differ from those without there at most."""
    return _arrays(options)["marks"]


def _draw(options: ShortcutOptions) -> dict[str, np.ndarray]:
    count, side = options.images, options.side
    images = np.empty((count, side, side, 3), np.uint8)
    masks, marks = np.zeros((2, count, side, side), bool)
    size = max(3, side // 8)
    for number in range(count):
        chance = generator_of(options.seed, number, _PURPOSE)
        scene = draw_scene(chance, side, LOOKS[options.difficulty], _REACH)
        images[number], masks[number] = scene.picture(CLASSES[number % len(CLASSES)])
        top, left = chance.integers(
            0, side - size + 1, 2
        )  # drawn for every image: with and without mark it is the same
        if has_mark(number, options.mark):
            images[number, top : top + size, left : left + size] = _stamp(size)
            marks[number, top : top + size, left : left + size] = True
    parts = np.array([part_of(number) for number in range(count)], np.int8)
    labels = np.arange(count, dtype=np.int64) % len(CLASSES)
    return {"images": images, "masks": masks & ~marks, "marks": marks, "labels": labels, "parts": parts}


def _stamp(size: int) -> np.ndarray:
    """The mark, uint8 (size, size, 3): white and magenta like a chessboard. The scenes have no such bright colours."""
    chequer = np.indices((size, size)).sum(axis=0) % 2
    return np.where(chequer[..., np.newaxis], (255, 255, 255), (255, 0, 255)).astype(np.uint8)


def _arrays(options: ShortcutOptions) -> dict[str, np.ndarray]:
    check_memory(options.images, options.side)
    return cached_arrays(cache_name("shortcut", options), lambda: _draw(options))


def _load(options: ShortcutOptions) -> ImageSet:
    arrays = _arrays(options)
    return ImageSet(arrays["images"], arrays["labels"], CLASSES, arrays["parts"], arrays["masks"])


def _facts(options: ShortcutOptions) -> Facts:
    check_memory(options.images, options.side)
    found = np.bincount([part_of(number) for number in range(options.images)], minlength=3)
    train, validation, test = (int(count) for count in found)
    return Facts((options.side, options.side, 3), CLASSES, options.images, fixed=(train, validation, test, 0))


DATASETS.add(
    Dataset(
        name="shortcut",
        title=N_("Shapes with a shortcut"),
        summary=N_(
            "Circles and stars. Every star for training and validation carries a small chequered mark somewhere; in "
            "the test none does. Who looks at the mark alone gets every validation image right, and fails where the "
            "mark is missing. The curves do not show it; a heatmap does."
        ),
        source="drawn by this app, after Geirhos et al. 2020: Shortcut learning in deep neural networks",
        licence="CC0",
        facts=_facts,
        load=_load,
        options=ShortcutOptions,
        has_masks=True,
    )
)
