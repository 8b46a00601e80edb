"""Turn images."""

from __future__ import annotations

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options


class RotateOptions(Options):
    """How far."""

    degrees: float = Field(
        10.0,
        ge=0,
        le=180,
        strict=True,
        title=N_("degrees"),
        description=N_("The farthest an image turns, to either side. 180: every direction is up."),
    )


def build(options: RotateOptions) -> Step:
    """Each image turns about its centre by up to `degrees`, every angle as likely; what comes in is black."""
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    return pictures_only(drawing(layers.RandomRotation(options.degrees / 360, fill_mode="constant", dtype="float32")))


def doubt(options: RotateOptions, dataset: Facts) -> str | None:
    if not dataset.writing or options.degrees <= 45:
        return None
    return N_("Turned by more than 45 degrees, some digits and letters begin to look like others: a 6 like a 9.")


AUGMENTATIONS.add(
    Augmentation(
        name="rotate",
        title=N_("Rotate"),
        paper=(
            "Cireşan, Meier, Gambardella, Schmidhuber 2010, Deep big simple neural nets excel on handwritten digit "
            "recognition, https://arxiv.org/abs/1003.0358"
        ),
        summary=N_(
            "Turns each image a little to one side or the other: people tilt their writing, and cameras are rarely "
            "held level."
        ),
        build=build,
        options=RotateOptions,
        doubt=doubt,
    )
)
