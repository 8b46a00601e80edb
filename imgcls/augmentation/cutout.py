"""Hide a square."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.augmentation.boxes import random_boxes
from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.language import N_
from imgcls.registry import Options


class CutoutOptions(Options):
    """How large."""

    side: float = Field(
        0.25,
        ge=0,
        le=0.75,
        strict=True,
        title=N_("side"),
        description=N_("Side of the square as a share of the image's shorter side; 0.5 hides up to a quarter of it."),
    )


def build(options: CutoutOptions) -> Step:
    """One black square in each image, its centre anywhere: at the edge it may hang over, as in the paper.

    Not Keras's RandomErasing, which is another paper's: even with its shape held fast, the box never hangs over the
    edge, and the first row and column are never hidden.
    """

    def step(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        side = round(options.side * min(images.shape[1:3]))
        return tf.where(random_boxes(images, side, side, seed), 0.0, images), labels

    return step


AUGMENTATIONS.add(
    Augmentation(
        name="cutout",
        title=N_("Cutout"),
        paper=(
            "DeVries, Taylor 2017, Improved regularization of convolutional neural networks with cutout, "
            "https://arxiv.org/abs/1708.04552"
        ),
        summary=N_(
            "Hides a square of each image, so that the network cannot rely on one telling part: it learns to know "
            "a dog without seeing its nose."
        ),
        build=build,
        options=CutoutOptions,
    )
)
