"""Reliability by hand, and the temperature against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve

from imgcls.evaluation.calibration import fitted_temperature, reliability
from imgcls.evaluation.metrics import cross_entropy, softmax


def test_by_hand():
    # two bins: (0, 0.5] holds 0.4 (wrong) and 0.5 (right), (0.5, 1] holds 0.9 (right), 1.0 (right) and 0.8 (wrong)
    confidence, correct = np.array([0.4, 0.5, 0.9, 1.0, 0.8]), np.array([0, 1, 1, 1, 0], bool)
    found = reliability(confidence, correct, bins=2)
    assert found.counts.tolist() == [2, 3]
    np.testing.assert_allclose(found.confidence, [0.45, 0.9])
    np.testing.assert_allclose(found.accuracy, [0.5, 2 / 3])
    assert found.error == pytest.approx(2 / 5 * 0.05 + 3 / 5 * (0.9 - 2 / 3))
    assert found.overconfidence == pytest.approx(2 / 5 * (0.45 - 0.5) + 3 / 5 * (0.9 - 2 / 3))


@pytest.mark.parametrize("seed", range(5))
def test_the_bins_are_those_of_scikit_learn(seed):
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.01, 0.99, 500)
    correct = random.uniform(size=500) < confidence
    found = reliability(confidence, correct)
    accuracy, mean = calibration_curve(correct, confidence, n_bins=15)
    np.testing.assert_allclose(found.accuracy[found.counts > 0], accuracy, atol=1e-12)
    np.testing.assert_allclose(found.confidence[found.counts > 0], mean, atol=1e-12)


def test_nothing_and_certainty_have_a_bin():
    found = reliability(np.array([0.0, 1.0]), np.array([False, True]))
    assert found.counts[[0, -1]].tolist() == [1, 1]
    assert found.error == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_temperature_is_that_of_least_loss(seed):
    random = np.random.default_rng(seed)
    logits = random.normal(0, 4, (300, 5))
    labels = np.array([random.choice(5, p=row) for row in softmax(logits / 2.5)])
    best = minimize_scalar(lambda at: cross_entropy(logits / at, labels).mean(), bounds=(0.05, 20), method="bounded")
    found = fitted_temperature(logits, labels)
    assert found == pytest.approx(best.x, rel=1e-3)
    assert 1.8 < found < 3.4, "the labels were drawn at 2.5"
    # one number for all: the order of the classes stays
    assert ((logits / found).argmax(1) == logits.argmax(1)).all()


def test_the_error_falls_with_the_right_temperature():
    random = np.random.default_rng(0)
    logits = random.normal(0, 6, (4000, 4))
    labels = np.array([random.choice(4, p=row) for row in softmax(logits / 3)])

    def error(at: float) -> float:
        shares = softmax(logits[2000:] / at)
        return reliability(shares.max(1), shares.argmax(1) == labels[2000:]).error

    assert error(fitted_temperature(logits[:2000], labels[:2000])) < 0.3 * error(1.0)
