"""The numbers, against those who are known to compute them rightly, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as known

from imgcls.evaluation.metrics import (
    accuracy,
    accuracy_interval,
    balanced_accuracy,
    confusion_matrix,
    cross_entropy,
    per_class,
    softmax,
)

TIGHT = {"rtol": 1e-9, "atol": 1e-9}


@pytest.fixture(params=range(20))
def case(request):
    """Random logits and labels; some classes may be missing, or never predicted."""
    random = np.random.default_rng(request.param)
    classes, count = int(random.integers(2, 12)), int(random.integers(1, 200))
    logits = random.normal(0, random.choice([0.1, 3, 50]), (count, classes)).astype(np.float32)
    if request.param % 3 == 0:
        logits[:, 0] -= 1000
    labels = random.integers(0, max(1, classes - request.param % 2), count)
    return logits, labels


def test_counts_against_scikit_learn(case):
    logits, labels = case
    predicted = logits.argmax(1)
    names = list(range(logits.shape[1]))
    assert accuracy(logits, labels) == pytest.approx(known.accuracy_score(labels, predicted), abs=1e-12)
    matrix = confusion_matrix(logits, labels)
    np.testing.assert_array_equal(matrix, known.confusion_matrix(labels, predicted, labels=names))
    assert matrix.dtype == np.int64
    wanted = known.precision_recall_fscore_support(labels, predicted, labels=names, zero_division=0)
    for name, column in zip(("precision", "recall", "f1"), wanted, strict=False):
        np.testing.assert_allclose(per_class(matrix)[name], column, **TIGHT)


def test_losses_against_scikit_learn_and_scipy(case):
    from scipy.special import log_softmax
    from scipy.special import softmax as scipys

    logits, labels = case
    np.testing.assert_allclose(softmax(logits), scipys(logits.astype(float), axis=1), **TIGHT)
    np.testing.assert_allclose(softmax(logits).sum(axis=1), 1, **TIGHT)
    losses = cross_entropy(logits, labels)
    assert losses.shape == labels.shape
    np.testing.assert_allclose(
        losses, -log_softmax(logits.astype(float), axis=1)[np.arange(len(labels)), labels], **TIGHT
    )
    clear = np.clip(logits, -5, 5)  # scikit-learn clips probabilities, so none may be near zero
    wanted = known.log_loss(labels, softmax(clear), labels=list(range(logits.shape[1])))
    assert cross_entropy(clear, labels).mean() == pytest.approx(wanted, abs=1e-9)


def test_loss_against_keras():
    import keras

    random = np.random.default_rng(1)
    logits, labels = random.normal(0, 3, (50, 7)).astype(np.float32), random.integers(0, 7, 50)
    wanted = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    np.testing.assert_allclose(cross_entropy(logits, labels), np.asarray(wanted), rtol=1e-5, atol=1e-5)


def test_scores_far_from_zero_are_no_trouble():
    logits = np.array([[1e4, 0.0], [-1e4, 0.0], [3e38, -3e38]], np.float32)
    np.testing.assert_allclose(softmax(logits), [[1, 0], [0, 1], [1, 0]])
    np.testing.assert_allclose(cross_entropy(logits, np.array([1, 1, 0])), [1e4, 0, 0])


def test_softmax_of_any_shape():
    assert softmax(np.zeros(4)).tolist() == [0.25] * 4
    assert softmax(np.zeros((2, 3, 5))).shape == (2, 3, 5)
    assert softmax(np.zeros(4, np.float16)).dtype == np.float64


def test_rows_are_true_classes():
    scores = np.array([[0.1, 0.9, 0], [0.9, 0.1, 0]])
    assert confusion_matrix(scores, np.array([0, 0])).tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_wilson_by_hand():
    """81 of 263: Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (score, no correction)."""
    for hits, count, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        got = accuracy_interval(hits / count, count)
        assert got == pytest.approx((low, high), abs=5e-5)
    assert accuracy_interval(1.0, 29) == pytest.approx((0.8830, 1.0), abs=5e-5)


@pytest.mark.parametrize(("hits", "count"), [(0, 1), (1, 1), (500, 1000), (967, 1000), (1000, 1000), (3, 7)])
def test_wilson_holds_the_accuracy_and_stays_a_share(hits, count):
    low, high = accuracy_interval(hits / count, count)
    assert 0 <= low <= hits / count + 1e-12
    assert hits / count - 1e-12 <= high <= 1
    wider = accuracy_interval(hits / count, count, z=2.575829)
    assert wider[0] <= low + 1e-12
    assert wider[1] >= high - 1e-12
    assert isinstance(low, float)


def test_balanced_accuracy_is_scikit_learns():
    from sklearn.metrics import balanced_accuracy_score

    random = np.random.default_rng(4)
    for _ in range(20):
        labels = random.choice(6, 200, p=[0.7, 0.1, 0.1, 0.05, 0.05, 0.0])
        scores = random.normal(0, 1, (200, 6)) + np.eye(6)[labels]
        wanted = balanced_accuracy_score(labels, scores.argmax(axis=1)) if len(set(labels)) > 1 else None
        # a prediction of a class without images counts for nobody
        assert balanced_accuracy(confusion_matrix(scores, labels)) == pytest.approx(wanted, rel=0, abs=1e-9)
