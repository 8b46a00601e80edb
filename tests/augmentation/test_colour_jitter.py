"""Colour jitter: each of the four within the paper's proportions, hue and saturation by Python's own colorsys."""

from __future__ import annotations

import colorsys

import numpy as np

from tests.augmentation.helpers import changed


def test_brightness_and_contrast_of_grey_images():
    images = np.random.default_rng(0).integers(120, 136, (300, 6, 6, 1), np.uint8)
    found, _ = changed(images, "colour-jitter", strength=0.25)
    means, spreads = found.mean(axis=(1, 2, 3)), found.std(axis=(1, 2, 3))
    moved = means - images.mean(axis=(1, 2, 3))
    np.testing.assert_allclose([moved.min(), moved.max()], [-0.2 * 255, 0.2 * 255], rtol=0.05)
    factors = spreads / images.std(axis=(1, 2, 3))
    np.testing.assert_allclose([factors.min(), factors.max()], [0.8, 1.2], atol=0.02)
    assert abs(np.corrcoef(moved, factors)[0, 1]) < 0.25


def test_grey_images_of_three_channels_stay_grey():
    """Equal channels have no colour that could change."""
    images = np.repeat(np.random.default_rng(0).integers(100, 150, (20, 4, 4, 1), np.uint8), 3, axis=-1)
    found, _ = changed(images, "colour-jitter", strength=0.25)
    np.testing.assert_allclose(found, np.repeat(found[..., :1], 3, axis=-1), atol=0.1)


def test_hue_and_saturation():
    """One colour all over: contrast finds nothing to change, and brightness leaves the differences of channels."""
    images = np.broadcast_to(np.uint8([150, 130, 120]), (400, 3, 3, 3))
    found = changed(images, "colour-jitter", strength=0.25)[0][:, 1, 1]
    hue = colorsys.rgb_to_hsv(150, 130, 120)[0]
    turns = np.array([colorsys.rgb_to_hsv(*colour)[0] - hue for colour in found.tolist()])
    turns = (turns + 0.5) % 1 - 0.5
    np.testing.assert_allclose([turns.min(), turns.max()], [-0.05, 0.05], rtol=0.05)
    # chroma: of the difference of 30, Keras makes s / (1 − s) times as much, with s from 0.4 to 0.6
    chroma = np.ptp(found, axis=1) / 30
    np.testing.assert_allclose([chroma.min(), chroma.max()], [0.4 / 0.6, 0.6 / 0.4], rtol=0.05)
