"""Shift: moved by what scipy moves it by, and black where nothing was."""

from __future__ import annotations

import numpy as np

from tests.augmentation.helpers import changed, digits, fetched_by_scipy, motions


def test_every_distance_up_to_the_chosen_one_along_either_axis():
    found = motions(500, (20, 40), "shift", distance=0.2)
    np.testing.assert_allclose(found[:, :, :2], np.broadcast_to(np.eye(2), (500, 2, 2)), atol=1e-3)
    moved = -found[:, :, 2]
    np.testing.assert_allclose(np.abs(moved).max(axis=0), [4, 8], rtol=0.02)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=1)
    np.testing.assert_allclose(moved.std(axis=0), np.array([8, 16]) / np.sqrt(12), rtol=0.1)  # uniform
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.2


def test_digits_move_as_scipy_moves_them():
    images = digits(16)
    found, _ = changed(images, "shift", distance=0.15)
    for image, result, motion in zip(images, found, motions(16, (28, 28), "shift", distance=0.15), strict=True):
        np.testing.assert_allclose(result[..., 0], fetched_by_scipy(image, motion), atol=0.1)


def test_whole_pixels_move_exactly():
    """Keras's own layer with the distance pinned, as the builder makes it: 3 of 30 pixels down, 2 of 20 left."""
    import tensorflow as tf
    from keras import layers

    from imgcls.augmentation.draws import drawing

    image = np.random.default_rng(0).integers(0, 256, (1, 30, 20, 1)).astype(np.float32)
    layer = layers.RandomTranslation((0.1, 0.1), (-0.1, -0.1), fill_mode="constant", dtype="float32")
    found = drawing(layer)(tf.constant(image), tf.constant([0, 0])).numpy()
    wanted = np.zeros_like(image)
    wanted[:, 3:, :-2] = image[:, :-3, 2:]
    np.testing.assert_allclose(found, wanted, atol=0.01)


def test_what_comes_in_is_black():
    found, _ = changed(np.full((64, 20, 20, 1), 255, np.uint8), "shift", distance=0.5)
    assert found.min() == 0
    assert (found == 255).any(axis=(1, 2, 3)).all()
