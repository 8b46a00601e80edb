"""Magnify and shrink images."""

from __future__ import annotations

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.language import N_
from imgcls.registry import Options


class ZoomOptions(Options):
    """How much."""

    amount: float = Field(
        0.1,
        ge=0,
        le=0.5,
        strict=True,
        title=N_("amount"),
        description=N_(
            "0.1: from ten percent more of the scene (all is smaller) to ten percent less of it (all is larger)."
        ),
    )


def build(options: ZoomOptions) -> Step:
    """Each image shows between 1 − `amount` and 1 + `amount` of its side, about its centre; what comes in is black."""
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    return pictures_only(drawing(layers.RandomZoom(options.amount, fill_mode="constant", dtype="float32")))


AUGMENTATIONS.add(
    Augmentation(
        name="zoom",
        title=N_("Zoom"),
        paper=(
            "Cireşan, Meier, Gambardella, Schmidhuber 2010, Deep big simple neural nets excel on handwritten digit "
            "recognition, https://arxiv.org/abs/1003.0358"
        ),
        summary=N_(
            "Makes each image a little larger or smaller: the same thing may stand near or far, and some people "
            "write small."
        ),
        build=build,
        options=ZoomOptions,
    )
)
