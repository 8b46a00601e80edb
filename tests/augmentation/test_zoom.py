"""Zoom: about the centre, by what scipy zooms it by."""

from __future__ import annotations

import numpy as np

from tests.augmentation.helpers import changed, digits, fetched_by_scipy, motions


def test_every_amount_up_to_the_chosen_one_either_way():
    found = motions(500, (20, 30), "zoom", amount=0.3)
    amounts, middle = found[:, 0, 0], [9.5, 14.5]
    # the same along both axes, and the centre stays where it is
    np.testing.assert_allclose(found[:, :, :2], amounts[:, None, None] * np.eye(2), atol=1e-3)
    np.testing.assert_allclose(found[:, :, :2] @ middle + found[:, :, 2], np.broadcast_to(middle, (500, 2)), atol=0.01)
    np.testing.assert_allclose([amounts.min(), amounts.max()], [0.7, 1.3], atol=0.01)
    np.testing.assert_allclose(amounts.mean(), 1, atol=0.05)


def test_digits_zoom_as_scipy_zooms_them():
    images = digits(16)
    found, _ = changed(images, "zoom", amount=0.2)
    for image, result, motion in zip(images, found, motions(16, (28, 28), "zoom", amount=0.2), strict=True):
        np.testing.assert_allclose(result[..., 0], fetched_by_scipy(image, motion), atol=0.5)


def test_what_comes_in_is_black():
    found, _ = changed(np.full((64, 20, 20, 1), 255, np.uint8), "zoom", amount=0.5)
    smaller = found[found.min(axis=(1, 2, 3)) == 0, :, :, 0]
    assert 10 < len(smaller) < 54
    assert not smaller[:, 0, 0].any()
    assert (smaller[:, 10, 10] == 255).all()
