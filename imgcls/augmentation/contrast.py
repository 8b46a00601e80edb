"""Flatten and deepen the difference between light and dark."""

from __future__ import annotations

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.language import N_
from imgcls.registry import Options


class ContrastOptions(Options):
    """How much."""

    strength: float = Field(
        0.3,
        ge=0,
        le=0.9,
        strict=True,
        title=N_("strength"),
        description=N_("0.3: the distance of every pixel from its channel's mean is scaled by 0.7 to 1.3."),
    )


def build(options: ContrastOptions) -> Step:
    """Each image's pixels move away from, or towards, the mean of their channel: (x − mean) · factor + mean."""
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    both = (options.strength, options.strength)  # downwards and upwards: of a single number Keras takes only the second
    return pictures_only(drawing(layers.RandomContrast(both, value_range=(0, 255), dtype="float32")))


AUGMENTATIONS.add(
    Augmentation(
        name="contrast",
        title=N_("Contrast"),
        paper=(
            "Howard 2013, Some improvements on deep convolutional neural network based image classification, "
            "https://arxiv.org/abs/1312.5402"
        ),
        summary=N_(
            "Makes the difference between light and dark larger or smaller, as fog, a weak pen or another camera would."
        ),
        build=build,
        options=ContrastOptions,
    )
)
