"""Boxes: of whole pixels, anywhere, cut off at the edge."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.augmentation.boxes import random_boxes


def boxes(count: int, shape: tuple[int, int], heights, widths, seed: int = 0) -> np.ndarray:
    import tensorflow as tf

    images = tf.zeros((count, *shape, 3))
    found = random_boxes(images, tf.constant(heights), tf.constant(widths), tf.constant([seed, 0]))
    assert found.shape == (count, *shape, 1)
    return found.numpy()[..., 0]


def extent(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is true; it must be a full rectangle."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    assert mask[top:bottom, left:right].all()
    assert mask.sum() == (bottom - top) * (right - left)
    return top, bottom, left, right


@pytest.mark.parametrize(("height", "width"), [(3, 4), (1, 1), (8, 2), (5, 9)])
def test_a_box_has_its_size_unless_the_edge_cuts_it(height, width):
    whole = 0
    for mask in boxes(500, (10, 12), height, width):
        top, bottom, left, right = extent(mask)
        inside = top > 0 and bottom < 10 and left > 0 and right < 12
        whole += inside
        assert (bottom - top == height and right - left == width) if inside else True
        assert 1 <= bottom - top <= height
        assert 1 <= right - left <= width
    assert whole > 0 or height >= 8


def test_the_centre_is_anywhere():
    """Boxes of one pixel are their centre: all places, about as often."""
    counts = boxes(20_000, (4, 5), 1, 1).sum(axis=0)
    assert counts.sum() == 20_000
    np.testing.assert_allclose(counts, 1000, atol=150)  # five standard deviations


def test_each_image_can_have_its_own_size():
    found = boxes(4, (64, 64), [0, 2, 4, 6], [5, 1, 3, 0], seed=2)
    assert [found[0].any(), found[3].any()] == [False, False]
    assert found[1].sum() <= 2
    assert found[2].sum() <= 12
