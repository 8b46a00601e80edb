"""Answering only where one is sure, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.evaluation.selective import answered_from, coverage_curve

CONFIDENCE = np.array([0.9, 0.6, 0.6, 0.3])
CORRECT = np.array([True, False, True, False])


@pytest.mark.parametrize(
    ("threshold", "answered", "right", "silenced"),
    [(0.0, 4, 2, (0, 0)), (0.5, 3, 2, (0, 1)), (0.6, 3, 2, (0, 1)), (0.7, 1, 1, (1, 2)), (1.0, 0, 0, (2, 2))],
)
def test_by_hand(threshold, answered, right, silenced):
    found = answered_from(CONFIDENCE, CORRECT, threshold)
    assert (found.answered, found.right) == (answered, right)
    assert (found.silenced_right, found.silenced_wrong) == silenced
    assert found.coverage == answered / 4
    assert found.accuracy == (right / answered if answered else None)


def test_images_of_one_confidence_are_answered_together():
    coverage, accuracy = coverage_curve(CONFIDENCE, CORRECT)
    np.testing.assert_allclose(coverage, [0.25, 0.75, 1.0])
    np.testing.assert_allclose(accuracy, [1.0, 2 / 3, 0.5])


def test_the_curve_is_that_of_its_thresholds():
    random = np.random.default_rng(0)
    confidence, correct = random.choice(20, 200) / 20, random.uniform(size=200) < 0.7
    pairs = {
        (found.coverage, found.accuracy) for at in confidence for found in [answered_from(confidence, correct, at)]
    }
    assert set(zip(*(array.tolist() for array in coverage_curve(confidence, correct)), strict=True)) == pairs
