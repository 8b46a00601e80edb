"""What is hidden is what is hottest, and as much of it elsewhere; by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.lessons.heatmaps import elsewhere, hidden, hottest


def test_the_hottest_share_by_hand() -> None:
    heat = np.array([[0.0, 0.9], [0.5, 0.9]])
    np.testing.assert_array_equal(hottest(heat, 0.5), [[False, True], [False, True]])
    np.testing.assert_array_equal(hottest(heat, 0.25), [[False, True], [False, False]])
    assert hottest(heat, 0.0).sum() == 1


@pytest.mark.parametrize("seed", range(5))
def test_as_much_is_hidden_elsewhere(seed: int) -> None:
    mask = np.zeros((28, 28), bool)
    mask[:6, :6] = True
    other = elsewhere(mask, seed)
    assert other.sum() == mask.sum()
    assert not (other & mask).any()


def test_hidden_places_have_the_mean_colour() -> None:
    image = np.array([[[0], [100]], [[100], [200]]], np.uint8)
    mask = np.array([[True, False], [False, False]])
    np.testing.assert_array_equal(hidden(image, mask)[..., 0], [[100, 100], [100, 200]])
    assert image[0, 0, 0] == 0
