"""Elastic distortion: fetched as scipy fetches, from places that are near, random and smooth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from imgcls.augmentation.elastic import displacements, fetched, smoothing
from tests.augmentation.helpers import changed, digits


def fields(count: int, shape: tuple[int, int], distance: float) -> np.ndarray:
    import tensorflow as tf

    return displacements(tf.zeros((count, *shape, 1)), distance, tf.constant([1, 2])).numpy()


def test_pixels_are_fetched_from_where_the_field_says():
    """By hand: everything from one to the right, and a half down; black outside."""
    import tensorflow as tf

    image = np.array([[10, 20, 30], [40, 50, 60]], np.float32)[None, ..., None]
    ones = tf.ones((1, 2, 3))
    right = fetched(tf.constant(image), 0 * ones, ones).numpy()[0, ..., 0]
    np.testing.assert_array_equal(right, [[20, 30, 0], [50, 60, 0]])
    half_down = fetched(tf.constant(image), 0.5 * ones, 0 * ones).numpy()[0, ..., 0]
    np.testing.assert_array_equal(half_down, [[25, 35, 45], [20, 25, 30]])
    away = fetched(tf.constant(image), 100 * ones, -100 * ones).numpy()
    np.testing.assert_array_equal(away, 0 * image)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_fetched_as_scipy_fetches_them(channels):
    import tensorflow as tf

    images = np.random.default_rng(0).random((4, 9, 13, channels), np.float32) * 255
    down, right = np.random.default_rng(1).normal(0, 3, (2, 4, 9, 13)).astype(np.float32)
    found = fetched(tf.constant(images), tf.constant(down), tf.constant(right)).numpy()
    y, x = np.indices((9, 13))
    for image, result, dy, dx in zip(images, found, down, right, strict=True):
        for channel in range(channels):
            wanted = ndimage.map_coordinates(image[..., channel], [y + dy, x + dx], order=1, mode="grid-constant")
            np.testing.assert_allclose(result[..., channel], wanted, atol=0.01)


def test_the_field_is_as_strong_as_asked_everywhere():
    found = fields(2000, (12, 20), 1.5)
    np.testing.assert_allclose(found.std(axis=0), 1.5, rtol=0.1)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.2)


def test_both_axes_draw_apart_and_neighbours_move_together():
    down, right = np.moveaxis(fields(500, (28, 28), 1.0), 1, 0)
    assert abs(np.corrcoef(down.ravel(), right.ravel())[0, 1]) < 0.05
    middle = down[:, 14, 14]
    assert np.corrcoef(middle, down[:, 14, 15])[0, 1] > 0.95
    assert abs(np.corrcoef(middle, down[:, 14, 27])[0, 1]) < 0.3


def test_smoothing_is_a_gaussian_blur_of_constant_strength():
    blur = smoothing(21, 2.0)
    np.testing.assert_allclose((blur**2).sum(axis=1), 1, rtol=1e-6)
    spike = np.zeros(21)
    spike[10] = 1
    wanted = ndimage.gaussian_filter1d(spike, 2.0, truncate=8)
    np.testing.assert_allclose(blur[10] / blur[10].sum(), wanted, atol=1e-6)


def test_digits_keep_their_ink():
    images = digits(64)
    found, _ = changed(images, "elastic")
    ratio = found.sum(axis=(1, 2, 3)) / images.sum(axis=(1, 2, 3))
    assert 0.9 < ratio.mean() < 1.1
    assert np.abs(found - images).mean() > 3


def test_why_it_is_not_keras_own_layer():
    """It moves pixels down exactly as far as to the right; when this fails, it can take the place of ours."""
    from keras import layers

    ramp = np.arange(28, dtype=np.float32)
    both = np.stack(np.meshgrid(ramp, ramp, indexing="ij"), axis=-1)  # each pixel says its row and its column
    images = np.repeat(np.concatenate([both, both[..., :1]], axis=-1)[None], 2, axis=0)
    layer = layers.RandomElasticTransform(scale=1.0, factor=(1.0, 1.0), value_range=(0, 28), seed=0, dtype="float32")
    found = np.asarray(layer(images, training=True))
    moved = (found - images)[0, 8:20, 8:20]  # away from the edges
    assert np.abs(moved).max() > 0.1
    np.testing.assert_allclose(moved[..., 0], moved[..., 1], atol=1e-3)
