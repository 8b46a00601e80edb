"""Affine: about the centre, by what scipy moves it by; alone it is shift, rotate and zoom."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.augmentation import doubtful
from imgcls.datasets import DATASETS
from imgcls.recipe import Choice
from tests.augmentation.helpers import changed, digits, fetched_by_scipy, motions

STILL = {"distance": 0.0, "degrees": 0.0, "amount": 0.0, "slant": 0.0}


def test_nothing_asked_nothing_changed():
    images = digits(8)
    found, _ = changed(images, "affine", **STILL)
    np.testing.assert_allclose(found, images, atol=1e-3)


@pytest.mark.parametrize("shape", [(28, 28), (20, 30)])
def test_the_angles_leave_the_centre_where_it_is(shape):
    found = motions(500, shape, "affine", **STILL | {"degrees": 30.0})
    turn, middle = found[:, :, :2], (np.array(shape) - 1) / 2
    np.testing.assert_allclose(np.linalg.det(turn), 1, atol=1e-3)
    np.testing.assert_allclose(turn @ middle + found[:, :, 2], np.broadcast_to(middle, (500, 2)), atol=0.01)
    angles = np.degrees(np.arctan2(turn[:, 1, 0], turn[:, 0, 0]))
    assert 29 < np.abs(angles).max() < 30.03
    np.testing.assert_allclose(angles.std(), 30 / np.sqrt(3), rtol=0.12)  # uniform


def test_the_scales_are_those_of_zoom():
    found = motions(500, (28, 28), "affine", **STILL | {"amount": 0.2})[:, :, :2]
    np.testing.assert_allclose(found[:, 0, 1], 0, atol=1e-3)
    np.testing.assert_allclose(found[:, 0, 0], found[:, 1, 1], atol=1e-3)
    assert 0.8 <= found[:, 0, 0].min() < 0.81
    assert 1.19 < found[:, 0, 0].max() <= 1.2002


def test_the_distances_are_shares_of_the_sides():
    found = motions(500, (20, 30), "affine", **STILL | {"distance": 0.1})
    np.testing.assert_allclose(found[:, :, :2], np.broadcast_to(np.eye(2), (500, 2, 2)), atol=1e-3)
    for axis, side in enumerate((20, 30)):
        assert 0.097 * side < np.abs(found[:, axis, 2]).max() < 0.1001 * side


def test_a_slant_leans_the_top_over_the_bottom():
    """Rows stay rows: what is fetched moves sideways only, in proportion to the height over the middle."""
    found = motions(500, (28, 28), "affine", **STILL | {"slant": 0.3})
    np.testing.assert_allclose(found[:, 0, :], np.broadcast_to([1, 0, 0], (500, 3)), atol=1e-3)
    assert 0.29 < np.abs(found[:, 1, 0]).max() < 0.3003


def test_digits_move_as_scipy_moves_them():
    options = {"distance": 0.1, "degrees": 20.0, "amount": 0.2, "slant": 0.2}
    images = digits(16)
    found, _ = changed(images, "affine", **options)
    for image, result, motion in zip(images, found, motions(16, (28, 28), "affine", **options), strict=True):
        np.testing.assert_allclose(result[..., 0], fetched_by_scipy(image, motion), atol=0.6)


def test_what_may_be_wrong_for_digits():
    digits_set = DATASETS.get("mnist-5k").usual
    assert doubtful(Choice(name="affine"), digits_set) is None
    assert "45 degrees" in str(doubtful(Choice(name="affine", degrees=90.0), digits_set))
    assert "a quarter" in str(doubtful(Choice(name="affine", distance=0.4), digits_set))
