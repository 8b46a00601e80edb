"""Outcomes, worked by hand and held to scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from imgcls.evaluation.imbalance import outcome
from imgcls.evaluation.metrics import accuracy_interval


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


def test_a_balanced_test_is_worth_all_of_its_images():
    random = np.random.default_rng(3)
    labels = np.repeat(np.arange(4), 50)
    found = outcome(random.normal(0, 1, (200, 4)) + 1.5 * np.eye(4)[labels], labels, np.ones(4))
    assert found.is_even
    assert found.worth == 200


@pytest.mark.parametrize("truth", [(0.9, 0.6, 0.8), (0.99, 0.5, 0.95), (0.7, 0.7, 0.7)])
def test_the_interval_of_an_uneven_test_holds_the_truth_as_often_as_it_says(truth):
    """Over thousands of tests that are drawn; were all images counted, it would hold it far less often."""
    random, tested = np.random.default_rng(0), np.array([300, 12, 60])
    labels = np.repeat(np.arange(3), tested)
    held, naive, wanted = 0, 0, np.mean(truth)
    for _ in range(2000):
        predicted = np.where(random.random(len(labels)) < np.array(truth)[labels], labels, (labels + 1) % 3)
        found = outcome(np.eye(3)[predicted], labels, np.ones(3))
        low, high = accuracy_interval(found.balanced, found.worth)
        held += low <= wanted <= high
        low, high = accuracy_interval(found.balanced, len(labels))
        naive += low <= wanted <= high
    assert not found.is_even
    assert 0.92 < held / 2000 < 0.98
    assert naive / 2000 < 0.8
