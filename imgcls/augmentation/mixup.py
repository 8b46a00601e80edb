"""Blend images in pairs, and their labels with them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.language import N_
from imgcls.registry import Options


class MixUpOptions(Options):
    """How much."""

    # below 0.1 both gamma variates of a beta can vanish in float32, and their quotient is no number
    alpha: float = Field(
        0.2,
        ge=0.1,
        le=1,
        strict=True,
        title=N_("alpha"),
        description=N_(
            "The shares come from Beta(alpha, alpha). 0.2: mostly one of the two images with a trace of the other. "
            "1: every share is as likely."
        ),
    )


def build(options: MixUpOptions) -> Step:
    """Each image is λ of itself and 1 − λ of another one of its batch, and so is its label; λ ~ Beta(α, α)."""
    from keras import layers

    from imgcls.augmentation.draws import Draws

    layer = layers.MixUp(options.alpha, dtype="float32")
    layer.generator = draws = Draws()

    def step(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        draws.begin(seed)
        mixed = layer({"images": images, "labels": labels}, training=True)
        return mixed["images"], mixed["labels"]

    return step


AUGMENTATIONS.add(
    Augmentation(
        name="mixup",
        title=N_("MixUp"),
        paper=(
            "Zhang, Cissé, Dauphin, Lopez-Paz 2018, mixup: Beyond empirical risk minimization, "
            "https://arxiv.org/abs/1710.09412"
        ),
        summary=N_(
            "Lays two images over each other and asks for both labels in the same proportion. Between the classes the "
            "network then changes its mind gradually, and is less sure of itself where it should not be."
        ),
        departs=N_("Each pair has a share of its own; the paper's code draws one for the whole batch."),
        build=build,
        options=MixUpOptions,
        mixes=True,
    )
)
