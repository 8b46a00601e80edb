"""Paste a part of one image into another, and mix their labels by its area."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.augmentation.boxes import random_boxes
from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options


class CutMixOptions(Options):
    """How much."""

    # as for mixup
    alpha: float = Field(
        1.0,
        ge=0.1,
        le=1,
        strict=True,
        title=N_("alpha"),
        description=N_(
            "The part's share of the area comes from Beta(alpha, alpha). 1: every share is as likely, as in the paper. "
            "Less: mostly almost nothing or almost all."
        ),
    )


def build(options: CutMixOptions) -> Step:
    """A box of 1 − λ of the area comes from another image of the batch, λ ~ Beta(α, α), its centre anywhere.

    The label's share is the area really pasted, after what hung over the edge was cut off. Not Keras's CutMix: there
    the box stays inside, and the share is that of a box in fractions of pixels, of which whole ones are pasted.
    """

    def step(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        count = tf.shape(images)[0]
        height, width = images.shape[1:3]
        side = tf.sqrt(1 - _beta(count, options.alpha, tf.random.fold_in(seed, 0)))
        heights, widths = (tf.cast(side * length, tf.int32) for length in (height, width))
        boxes = random_boxes(images, heights, widths, tf.random.fold_in(seed, 1))
        partners = tf.argsort(tf.random.stateless_uniform([count], tf.random.fold_in(seed, 2)))
        pasted = tf.reduce_mean(tf.cast(boxes, tf.float32), axis=[1, 2])  # (b, 1)
        mixed = (1 - pasted) * labels + pasted * tf.gather(labels, partners)
        return tf.where(boxes, tf.gather(images, partners), images), mixed

    return step


def _beta(count: Any, alpha: float, seed: Any) -> Any:
    """`count` draws from Beta(α, α), as the share of one gamma variate in two, float32."""
    import tensorflow as tf

    one, other = tf.unstack(tf.random.stateless_gamma([2, count], seed, alpha))
    return one / (one + other)


def doubt(options: CutMixOptions, dataset: Facts) -> str | None:
    if not dataset.writing:
        return None
    return N_(
        "Most of these pictures is background: a pasted part may hold nothing of the sign whose share of the label "
        "it brings."
    )


AUGMENTATIONS.add(
    Augmentation(
        name="cutmix",
        title=N_("CutMix"),
        paper=(
            "Yun, Han, Oh, Chun, Choe, Yoo 2019, CutMix: Regularization strategy to train strong classifiers with "
            "localizable features, https://arxiv.org/abs/1905.04899"
        ),
        summary=N_(
            "Pastes a part of one image into another, and asks for both labels by the areas. Like Cutout the network "
            "has to look at more than one telling part, but no pixel is wasted on a black square."
        ),
        departs=N_("Each pair has a box of its own; the paper's code draws one for the whole batch."),
        build=build,
        options=CutMixOptions,
        mixes=True,
        doubt=doubt,
    )
)
