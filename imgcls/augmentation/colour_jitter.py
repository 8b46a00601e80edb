"""Another light: brightness, contrast, saturation and hue."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options


class ColourJitterOptions(Options):
    """How much."""

    strength: float = Field(
        0.25,
        ge=0,
        le=1,
        strict=True,
        title=N_("strength"),
        description=N_(
            "Scales all four together, in the paper's proportions: brightness, contrast and saturation by up to "
            "0.8 of it, hue by up to 0.2 of it."
        ),
    )


def build(options: ColourJitterOptions) -> Step:
    """Brightness, contrast, saturation, hue, in this order; only the first two where images have one channel."""
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    much, little = 0.8 * options.strength, 0.2 * options.strength
    # downwards and upwards: of a single number Keras takes only the second for the contrast
    light = {"brightness_factor": much, "contrast_factor": (much, much), "dtype": "float32"}
    # of Keras's two: 0.5 leaves the saturation as it is; 1 would turn the hue by half the circle
    colour = {"saturation_factor": (0.5 - much / 2, 0.5 + much / 2), "hue_factor": 2 * little}
    grey_jitter = drawing(layers.RandomColorJitter(**light))
    jitter = drawing(layers.RandomColorJitter(**light, **colour))

    def change(images: Any, seed: Any) -> Any:
        return (grey_jitter if images.shape[-1] == 1 else jitter)(images, seed)

    return pictures_only(change)


def doubt(options: ColourJitterOptions, dataset: Facts) -> str | None:
    if dataset.image_shape[-1] != 1:
        return None
    return N_("These images are grey: only brightness and contrast change.")


AUGMENTATIONS.add(
    Augmentation(
        name="colour-jitter",
        title=N_("Colour jitter"),
        paper=(
            "Chen, Kornblith, Norouzi, Hinton 2020, A simple framework for contrastive learning of visual "
            "representations, https://arxiv.org/abs/2002.05709"
        ),
        summary=N_(
            "Changes brightness, contrast, saturation and hue, as another hour of the day or another camera would: "
            "the network must not know a thing by its exact colour alone."
        ),
        departs=N_(
            "The four always come in the same order, and brightness is added to the pixels, as Keras does it; the "
            "paper shuffles the order and multiplies."
        ),
        build=build,
        options=ColourJitterOptions,
        doubt=doubt,
    )
)
