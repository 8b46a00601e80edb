"""Outcomes, worked by hand and held to scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from imgcls.evaluation.imbalance import outcome


def test_worked_by_hand():
    # ten of each class are tested; all of the first are found, half of the second, none of the third
    labels = np.repeat([0, 1, 2], 10)
    predicted = np.array([0] * 10 + [1] * 5 + [0] * 15)
    found = outcome(np.eye(3)[predicted], labels, np.array([980, 15, 5]))
    assert found.recall.tolist() == [1.0, 0.5, 0.0]
    assert found.balanced == pytest.approx(0.5)
    assert found.as_common == pytest.approx(0.98 + 0.015 / 2)  # looks splendid
    assert found.rare.tolist() == [1, 2]
    assert found.rare_recall == pytest.approx(0.25)
    assert found.rarest == 2


def test_balanced_training_has_no_rare_classes():
    labels = np.repeat([0, 1], 5)
    found = outcome(np.eye(2)[labels], labels, np.array([7, 7]))
    assert (found.rare_recall, found.as_common, found.balanced) == (None, 1.0, 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_against_scikit_learn(seed):
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), 50)
    scores = random.normal(0, 1, (200, 4)) + 1.5 * np.eye(4)[labels]
    trained = random.integers(1, 500, 4)
    found, predicted = outcome(scores, labels, trained), scores.argmax(axis=1)
    np.testing.assert_allclose(found.recall, recall_score(labels, predicted, average=None))
    assert found.balanced == pytest.approx(balanced_accuracy_score(labels, predicted))
    wanted = accuracy_score(labels, predicted, sample_weight=trained[labels])
    assert found.as_common == pytest.approx(wanted)
