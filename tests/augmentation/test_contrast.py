"""Contrast: (x − mean) · factor + mean, one factor an image, the mean of each channel its own."""

from __future__ import annotations

import numpy as np

from tests.augmentation.helpers import changed


def test_distances_from_the_mean_are_scaled():
    # around middle grey, so that nothing is clipped
    images = np.random.default_rng(0).integers(96, 160, (200, 6, 5, 3), np.uint8)
    found, _ = changed(images, "contrast", strength=0.4)
    mean = images.mean(axis=(1, 2), keepdims=True)
    factors = ((found - mean) * (images - mean)).sum(axis=(1, 2, 3)) / ((images - mean) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(found, (images - mean) * factors[:, None, None, None] + mean, atol=0.01)
    np.testing.assert_allclose([factors.min(), factors.max()], [0.6, 1.4], atol=0.03)


def test_what_leaves_the_range_is_clipped():
    images = np.zeros((100, 4, 4, 1), np.uint8)
    images[:, :2] = 255
    found, _ = changed(images, "contrast", strength=0.9)
    assert found.min() == 0
    assert found.max() == 255
    assert (found == 255).any(axis=(1, 2, 3)).sum() > 20
