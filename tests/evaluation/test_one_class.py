"""One class against the rest, against scikit-learn on random cases, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as known

from imgcls.evaluation.metrics import softmax
from imgcls.evaluation.one_class import areas, one_class

TIGHT = {"rel": 1e-9, "abs": 1e-9}


@pytest.fixture(params=range(30))
def case(request):
    """Random scores with ties, and which images are of the class: both kinds are there."""
    random = np.random.default_rng(request.param)
    count = int(random.integers(2, 400))
    scores = random.normal(0, 2, count)
    if request.param % 2:
        scores = scores.round(int(request.param % 3))  # many are equal
    positive = random.random(count) < random.uniform(0.02, 0.98)
    positive[:2] = True, False
    return scores, positive


def test_areas_against_scikit_learn(case):
    scores, positive = case
    found = one_class(scores, positive)
    assert found.area == pytest.approx(known.roc_auc_score(positive, scores), **TIGHT)
    assert found.average_precision == pytest.approx(known.average_precision_score(positive, scores), **TIGHT)


def test_curves_against_scikit_learn(case):
    scores, positive = case
    found = one_class(scores, positive)
    false_alarms, hits, thresholds = known.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_alarms, false_alarms, atol=1e-9)
    np.testing.assert_allclose(found.found, hits, atol=1e-9)
    np.testing.assert_array_equal(found.thresholds[1:], thresholds[1:])
    precision, recall, _ = known.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(found.precision, precision[::-1], atol=1e-9)
    np.testing.assert_allclose(found.found, recall[::-1], atol=1e-9)


def test_all_classes_at_once_against_scikit_learn():
    random = np.random.default_rng(1)
    logits, labels = random.normal(0, 2, (300, 7)), random.integers(0, 6, 300)  # of the last class there is none
    shares = softmax(logits)
    under, average = areas(shares, labels)
    assert np.isnan([under[6], average[6]]).all()
    each = [known.roc_auc_score(labels == label, shares[:, label]) for label in range(6)]
    np.testing.assert_allclose(under[:6], each, atol=1e-9)
    each = [known.average_precision_score(labels == label, shares[:, label]) for label in range(6)]
    np.testing.assert_allclose(average[:6], each, atol=1e-9)


def test_by_hand():
    found = one_class(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, False, True, False]))
    assert found.thresholds.tolist() == [np.inf, 0.9, 0.8, 0.1]
    assert found.found.tolist() == [0, 0.5, 1, 1]
    assert found.false_alarms.tolist() == [0, 0, 0.5, 1]
    assert found.precision.tolist() == [1, 1, pytest.approx(2 / 3), 0.5]
    assert found.area == 0.875
    assert [found.at(threshold) for threshold in (1.0, 0.9, 0.85, 0.8, 0.5, 0.0)] == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_a_class_alone_has_no_curve(positive):
    assert one_class(np.array([0.1, 0.2]), np.array(positive)) is None
