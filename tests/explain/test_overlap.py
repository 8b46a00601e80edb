"""A person's region against a map: cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.explain.overlap import hottest, overlap, shifted


def test_the_hottest_places():
    heat = np.array([[0.1, 0.9], [0.5, 0.5]])
    assert hottest(heat, 1).tolist() == [[False, True], [False, False]]
    assert hottest(heat, 2).tolist() == [[False, True], [True, False]]  # of equal ones the first


def test_overlap_by_hand():
    heat = np.array([[3.0, 1.0], [0.0, 0.0]])
    found = overlap(heat, np.array([[True, False], [True, False]]))
    assert (found.heat_inside, found.area) == (0.75, 0.5)
    assert found.intersection_over_union == pytest.approx(1 / 3)  # the upper row against the left column


def test_a_map_without_any_idea_has_the_regions_share_inside():
    region = np.zeros((10, 10), bool)
    region[2:5, 3:7] = True
    assert overlap(np.ones((10, 10)), region).heat_inside == pytest.approx(region.mean())


def test_shifted_regions_are_as_large():
    region = np.zeros((9, 7), bool)
    region[2:5, 3:6] = True
    found = shifted(region, 5)
    assert found.shape == (5, 9, 7)
    assert (found.sum(axis=(1, 2)) == region.sum()).all()
    np.testing.assert_array_equal(found, shifted(region, 5))
