"""Rotate: about the centre, by what scipy turns it by."""

from __future__ import annotations

import numpy as np
import pytest

from tests.augmentation.helpers import changed, digits, fetched_by_scipy, motions


@pytest.mark.parametrize(("shape", "degrees"), [((28, 28), 10.0), ((28, 28), 180.0), ((20, 30), 45.0)])
def test_every_angle_up_to_the_chosen_one_to_either_side(shape, degrees):
    found = motions(500, shape, "rotate", degrees=degrees)
    turn, middle = found[:, :, :2], (np.array(shape) - 1) / 2
    # a rotation, which leaves the centre where it is
    np.testing.assert_allclose(turn @ np.moveaxis(turn, 1, 2), np.broadcast_to(np.eye(2), turn.shape), atol=1e-3)
    np.testing.assert_allclose(np.linalg.det(turn), 1, atol=1e-3)
    np.testing.assert_allclose(turn @ middle + found[:, :, 2], np.broadcast_to(middle, (500, 2)), atol=0.01)
    angles = np.degrees(np.arctan2(turn[:, 1, 0], turn[:, 0, 0]))
    assert 0.97 * degrees < np.abs(angles).max() < 1.001 * degrees
    np.testing.assert_allclose(angles.mean(), 0, atol=degrees / 6)
    np.testing.assert_allclose(angles.std(), degrees / np.sqrt(3), rtol=0.12)  # uniform


def test_digits_turn_as_scipy_turns_them():
    images = digits(16)
    found, _ = changed(images, "rotate", degrees=30.0)
    for image, result, motion in zip(images, found, motions(16, (28, 28), "rotate", degrees=30.0), strict=True):
        np.testing.assert_allclose(result[..., 0], fetched_by_scipy(image, motion), atol=0.5)
