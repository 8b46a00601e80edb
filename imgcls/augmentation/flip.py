"""Mirror images."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options


class FlipOptions(Options):
    """Which way, and how often."""

    direction: Literal["horizontal", "vertical", "both"] = Field(
        "horizontal",
        title=N_("direction"),
        description=N_(
            "horizontal: left and right change places. vertical: top and bottom. both: each of the two by its own coin."
        ),
    )
    chance: float = Field(
        0.5,
        ge=0,
        le=1,
        strict=True,
        title=N_("chance"),
        description=N_("How often an image is mirrored: 0 never, 0.5 every other one, 1 always."),
    )


def build(options: FlipOptions) -> Step:
    """Each image is mirrored or not."""
    from imgcls.augmentation.draws import Mirror, drawing, pictures_only

    # two layers: Keras's "horizontal_and_vertical" throws one coin for both
    ways = ["horizontal", "vertical"] if options.direction == "both" else [options.direction]
    return pictures_only(*(drawing(Mirror(way, options.chance)) for way in ways))


def doubt(options: FlipOptions, dataset: Facts) -> str | None:
    if not dataset.writing or not options.chance:
        return None
    return N_("A mirrored digit or letter is another one, or none at all: a network that reads usually gets worse.")


AUGMENTATIONS.add(
    Augmentation(
        name="flip",
        title=N_("Flip"),
        paper=(
            "Krizhevsky, Sutskever, Hinton 2012, ImageNet classification with deep convolutional neural networks, "
            "https://doi.org/10.1145/3065386"
        ),
        summary=N_(
            "Mirrors every other image. A cat that looks to the left is as much a cat as one that looks to the right: "
            "twice the images for nothing."
        ),
        build=build,
        options=FlipOptions,
        doubt=doubt,
    )
)
