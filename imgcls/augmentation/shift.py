"""Move images."""

from __future__ import annotations

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options


class ShiftOptions(Options):
    """How far."""

    distance: float = Field(
        0.1,
        ge=0,
        le=0.5,
        strict=True,
        title=N_("distance"),
        description=N_("The farthest an image moves, as a share of its side: 0.1 of 28 pixels is almost 3."),
    )


def build(options: ShiftOptions) -> Step:
    """Each image moves up to `distance` along either axis, every distance as likely; what comes in is black.

    Black, here and wherever an image leaves its frame: to reflect the image would write a second stroke beside a
    digit, and a border of zeros is what networks for photographs learned with, too (He et al. 2016).
    """
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    shift = layers.RandomTranslation(options.distance, options.distance, fill_mode="constant", dtype="float32")
    return pictures_only(drawing(shift))


def doubt(options: ShiftOptions, dataset: Facts) -> str | None:
    if not dataset.writing or options.distance <= 0.25:
        return None
    return N_("Digits and letters fill most of their picture: moved by more than a quarter, strokes leave it.")


AUGMENTATIONS.add(
    Augmentation(
        name="shift",
        title=N_("Shift"),
        paper=(
            "LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document recognition, "
            "https://doi.org/10.1109/5.726791"
        ),
        summary=N_(
            "Moves each image a little in a random direction, so that the network does not come to rely on where in "
            "the picture a thing is. What comes in at the edge is black."
        ),
        build=build,
        options=ShiftOptions,
        doubt=doubt,
    )
)
