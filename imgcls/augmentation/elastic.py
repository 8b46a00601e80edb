"""Bend images as if they were printed on rubber."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from imgcls.augmentation.registry import AUGMENTATIONS, Augmentation, Step
from imgcls.datasets import Facts
from imgcls.language import N_
from imgcls.registry import Options

#: Reach of the bends as a share of the side: the paper's 4 of 28 pixels.
REACH = 1 / 7


class ElasticOptions(Options):
    """How far."""

    distance: float = Field(
        0.04,
        ge=0,
        le=0.2,
        strict=True,
        title=N_("distance"),
        description=N_(
            "How far a pixel typically moves along either axis, as a share of the shorter side: 0.04 of 28 pixels is "
            "about 1."
        ),
    )


def build(options: ElasticOptions) -> Step:
    """Each pixel is fetched from a place nearby; places of neighbours change together. What comes in is black.

    Not Keras's RandomElasticTransform: in a pipeline, where the batch's size is not known, that returns one image, and
    it moves all pixels along the diagonal, because both axes draw the same numbers.
    """

    def step(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        away = displacements(images, options.distance * min(images.shape[1:3]), seed)
        return fetched(images, away[:, 0], away[:, 1]), labels

    return step


def smoothing(side: int, reach: float) -> np.ndarray:
    """A Gaussian blur of `side` values as a matrix, float32 (side, side).

    Rows have length 1, so that blurred noise of variance 1 has variance 1 everywhere, at the edge too.
    """
    places = np.arange(side)
    blur = np.exp(-0.5 * ((places[:, None] - places) / reach) ** 2)
    return (blur / np.linalg.norm(blur, axis=1, keepdims=True)).astype(np.float32)


def displacements(images: Any, distance: float, seed: Any) -> Any:
    """How far each pixel moves down and to the right, in pixels, smooth from place to place.

    Returns:
        float32, (b, 2, h, w), of standard deviation `distance`.
    """
    import tensorflow as tf

    height, width = images.shape[1:3]
    noise = tf.random.stateless_normal([tf.shape(images)[0], 2, height, width], seed)
    # a blur as two products of matrices: many times faster than a convolution of this reach
    down, right = smoothing(height, REACH * height), smoothing(width, REACH * width)
    return distance * tf.matmul(tf.matmul(tf.constant(down), noise), tf.constant(right), transpose_b=True)


def fetched(images: Any, down: Any, right: Any) -> Any:
    """Images whose pixel (y, x) is what stands at (y + down, x + right), bilinear, black outside.

    Args:
        images: float32, (b, h, w, c).
        down: float32, (b, h, w), pixels.
        right: as `down`.
    """
    import tensorflow as tf

    height, width, channels = images.shape[1:]
    framed = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    # the four neighbours of every place side by side: one gather in place of four
    corners = [framed[:, :-1, :-1], framed[:, :-1, 1:], framed[:, 1:, :-1], framed[:, 1:, 1:]]
    cells = tf.stack(corners, axis=3)  # (b, h + 1, w + 1, 4, c)
    y = tf.clip_by_value(down + tf.range(1.0, height + 1.0)[:, None], 0.0, height + 1.0)
    x = tf.clip_by_value(right + tf.range(1.0, width + 1.0), 0.0, width + 1.0)
    top, left = tf.minimum(tf.floor(y), height), tf.minimum(tf.floor(x), width)
    places = tf.cast(top, tf.int32) * (width + 1) + tf.cast(left, tf.int32)
    cells = tf.reshape(cells, [-1, (height + 1) * (width + 1), 4, channels])
    near = tf.gather(cells, tf.reshape(places, [-1, height * width]), batch_dims=1)
    y, x = y - top, x - left
    weights = tf.stack([(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x], axis=3)
    mixed = tf.reduce_sum(near * tf.reshape(weights, [-1, height * width, 4, 1]), axis=2)
    return tf.reshape(mixed, [-1, height, width, channels])


def doubt(options: ElasticOptions, dataset: Facts) -> str | None:
    if dataset.writing:
        return None
    return N_("This imitates the unsteady hand of a writer: things in photographs do not bend like that.")


AUGMENTATIONS.add(
    Augmentation(
        name="elastic",
        title=N_("Elastic distortion"),
        paper=(
            "Simard, Steinkraus, Platt 2003, Best practices for convolutional neural networks applied to visual "
            "document analysis, https://doi.org/10.1109/ICDAR.2003.1227801"
        ),
        summary=N_(
            "Bends each image as if it were printed on rubber: noise, blurred until neighbours move together, says "
            "how far each pixel moves. Invented for handwriting, where no stroke is drawn twice the same way."
        ),
        build=build,
        options=ElasticOptions,
        doubt=doubt,
    )
)
