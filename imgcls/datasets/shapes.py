"""Coloured shapes on cluttered ground: as many as are wanted, and where the object is in every one."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.datasets.cache import cached_arrays
from imgcls.datasets.drawing import LOOKS, OUTLINES, Scene, cache_name, check_memory, draw_scene, generator_of, reach
from imgcls.datasets.registry import DATASETS, Dataset, Facts, ImageSet
from imgcls.language import N_
from imgcls.registry import Options

CLASSES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "hexagon")
_REACH = reach(tuple(OUTLINES))


class ShapesOptions(Options):
    """How many, of what, and how hard."""

    images: int = Field(
        2000,
        ge=100,
        le=20_000,
        strict=True,
        title=N_("images"),
        description=N_("Image 7 stays the same image however many there are: with more, some are added at the end."),
    )
    classes: int = Field(
        4,
        ge=2,
        le=8,
        strict=True,
        title=N_("classes"),
        description=N_("The first ones of: circle, square, triangle, star, cross, ring, heart, hexagon."),
    )
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


def scene(options: ShapesOptions, number: int) -> Scene:
    """What image `number` shows besides its shape."""
    return draw_scene(generator_of(options.seed, number), options.side, LOOKS[options.difficulty], _REACH)


def _draw(options: ShapesOptions) -> dict[str, np.ndarray]:
    labels = np.arange(options.images, dtype=np.int64) % options.classes
    images = np.empty((options.images, options.side, options.side, 3), np.uint8)
    masks = np.empty(images.shape[:3], bool)
    for number, label in enumerate(labels):
        images[number], masks[number] = scene(options, number).picture(CLASSES[label])
    return {"images": images, "labels": labels, "masks": masks}


def _load(options: ShapesOptions) -> ImageSet:
    check_memory(options.images, options.side)
    arrays = cached_arrays(cache_name("shapes", options), lambda: _draw(options))
    return ImageSet(arrays["images"], arrays["labels"], CLASSES[: options.classes], masks=arrays["masks"])


def _facts(options: ShapesOptions) -> Facts:
    check_memory(options.images, options.side)
    return Facts((options.side, options.side, 3), CLASSES[: options.classes], options.images)


DATASETS.add(
    Dataset(
        name="shapes",
        title=N_("Shapes"),
        summary=N_(
            "Circles, squares, triangles and more, drawn by the app in any colour on cluttered ground: as many as you "
            "like, and as hard as you like. Every class has the same colours, the same ground and as much paint, so "
            "that only the outline tells. The app knows which pixels the shape has: ask for an explanation, and see "
            "whether the network looked there."
        ),
        source="drawn by this app",
        licence="CC0",
        facts=_facts,
        load=_load,
        options=ShapesOptions,
        has_masks=True,
    )
)
