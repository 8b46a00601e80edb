"""Boxes in images, for what is cut out of them."""

from __future__ import annotations

from typing import Any


def random_boxes(images: Any, heights: Any, widths: Any, seed: Any) -> Any:
    """One box in each image, its centre anywhere; what hangs over the edge is cut off.

    Whole pixels, because a label's share has to be what was really pasted: Keras's CutMix and RandomErasing compute
    it from fractions of pixels, and never reach the first row and column.

    Args:
        images: (b, h, w, c).
        heights: of the boxes before any is cut off, int32, (b,) or ().
        widths: as `heights`.
        seed: int32, (2,).

    Returns:
        bool, (b, h, w, 1): true inside.
    """
    import tensorflow as tf

    count = tf.shape(images)[0]
    height, width = images.shape[1:3]
    rows = _span(height, tf.broadcast_to(heights, [count]), tf.random.fold_in(seed, 0))
    columns = _span(width, tf.broadcast_to(widths, [count]), tf.random.fold_in(seed, 1))
    return (rows[:, :, None] & columns[:, None, :])[..., None]


def _span(side: int, lengths: Any, seed: Any) -> Any:
    """Which of `side` places are within a length about a random centre, bool (b, side)."""
    import tensorflow as tf

    centres = tf.random.stateless_uniform(tf.shape(lengths), seed, 0, side, tf.int32)
    first = (centres - lengths // 2)[:, None]
    places = tf.range(side)[None]
    return (places >= first) & (places < first + lengths[:, None])
