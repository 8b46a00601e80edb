"""A few changes at random, out of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options

if TYPE_CHECKING:
    from imgcls.augmentation.draws import Change


class RandAugmentOptions(Options):
    """How many, and how much: the paper's N and M."""

    count: int = Field(
        2,
        ge=1,
        le=4,
        strict=True,
        title=N_("count"),
        description=N_("How many changes each image gets, one after the other; the paper's N."),
    )
    # at 0 it would still not be neutral: stretching to full contrast knows no strength
    strength: float = Field(
        0.5,
        ge=0.05,
        le=1,
        strict=True,
        title=N_("strength"),
        description=N_("Of every change, as a share of its range; the paper's M. At 1 an image turns by up to 30°."),
    )


def build(options: RandAugmentOptions) -> Step:
    """`count` times: each image gets one of the changes, every one as likely.

    Not Keras's RandAugment: that gives all images of a batch the same changes, turns them by up to `factor` of a
    whole turn, and moves, turns and brightens to one side only.
    """
    from imgcls.augmentation.draws import pictures_only

    ours = changes(options.strength)
    grey, colour = [change for change, takes_grey in ours if takes_grey], [change for change, _ in ours]

    def one_each(images: Any, seed: Any) -> Any:
        import tensorflow as tf

        possible = grey if images.shape[-1] == 1 else colour
        # one more than there are: to be left alone is a change, too
        chosen = tf.random.stateless_uniform([tf.shape(images)[0], 1, 1, 1], seed, 0, len(possible) + 1, tf.int32)
        for place, change in enumerate(possible):
            images = tf.where(chosen == place, change(images, tf.random.fold_in(seed, place)), images)
        return images

    return pictures_only(*[one_each] * options.count)


def changes(strength: float) -> list[tuple[Change, bool]]:
    """The changes, in the ranges of AutoAugment that the paper took over, and whether each takes grey images."""
    import tensorflow as tf
    from keras import layers

    from imgcls.augmentation.draws import drawing

    black = {"fill_mode": "constant", "dtype": "float32"}
    plain = {"value_range": (0, 255), "dtype": "float32"}
    bits = round(8 - 4 * strength)
    threshold = 255 * (1 - strength)
    around = (0.5 - 0.45 * strength, 0.5 + 0.45 * strength)  # 0.5 leaves the image as it is
    return [
        (drawing(layers.RandomShear(0.3 * strength, 0.3 * strength, **black)), True),
        (drawing(layers.RandomTranslation(0.45 * strength, 0.45 * strength, **black)), True),
        (drawing(layers.RandomRotation(30 / 360 * strength, **black)), True),
        (drawing(layers.RandomBrightness(0.45 * strength, **plain)), True),
        (drawing(layers.RandomContrast((0.9 * strength, 0.9 * strength), **plain)), True),
        (drawing(layers.RandomSharpness(around, **plain)), True),
        (drawing(layers.RandomPosterization((bits, bits), **plain)), True),
        (drawing(layers.AutoContrast(**plain)), True),
        (lambda images, seed: tf.where(images > threshold, 255 - images, images), True),
        (drawing(layers.RandomSaturation(around, **plain)), False),
    ]


def doubt(options: RandAugmentOptions, dataset: Facts) -> str | None:
    if not dataset.writing:
        return None
    return N_(
        "Its changes of light and colour are made for photographs: for handwriting, shift, rotate, zoom and elastic "
        "are closer to what people write."
    )


AUGMENTATIONS.add(
    Augmentation(
        name="randaugment",
        title=N_("RandAugment"),
        paper=(
            "Cubuk, Zoph, Shlens, Le 2020, RandAugment: Practical automated data augmentation with a reduced search "
            "space, https://arxiv.org/abs/1909.13719"
        ),
        summary=N_(
            "Gives each image a few changes drawn from a list: shear, shift, rotate, brightness, contrast, sharpness, "
            "fewer grey levels, full contrast, inverted highlights, saturation. Two numbers replace a search for the "
            "right ones."
        ),
        departs=N_(
            "Each strength is drawn between nothing and the chosen one, not always the chosen one. Shear and shift "
            "use both axes at once. Equalising the histogram is left out: Keras does it for a whole batch at a time."
        ),
        build=build,
        options=RandAugmentOptions,
        doubt=doubt,
    )
)
