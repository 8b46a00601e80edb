"""Nearest images against scikit-learn's neighbours."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors

from imgcls.evaluation.nearest import (
    TRAINING_FEATURES,
    TrainingFeatures,
    directions,
    keep_features,
    known_features,
    nearest,
)


def known(features: np.ndarray) -> TrainingFeatures:
    count = np.arange(len(features))
    return TrainingFeatures(100 + count, count % 10, directions(features).astype(np.float16))


def test_they_are_scikit_learns_by_cosine():
    random = np.random.default_rng(0)
    training, asked = random.normal(size=(300, 12)), random.normal(size=(5, 12))
    rows, cosines = nearest(known(training), asked, 6)
    distances, expected = NearestNeighbors(n_neighbors=6, metric="cosine").fit(training).kneighbors(asked)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(cosines, 1 - distances, atol=2e-3)  # kept in 16 bits


def test_fewer_than_asked_for_and_nothing_excited():
    rows, cosines = nearest(known(np.array([[1.0, 0], [0, 0]])), np.array([[2.0, 0], [0, 0]]), 5)
    assert rows.tolist() == [[0, 1], [0, 1]]
    assert cosines.tolist() == [[1, 0], [0, 0]]


def test_a_length_does_not_matter():
    assert directions(np.array([[3.0, 4.0], [0, 0]])).tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0]]


def test_kept_for_its_weights_alone(tiny_run):
    keep_features(tiny_run, "these", known(np.eye(3)))
    assert known_features(tiny_run, "these").indices.tolist() == [100, 101, 102]
    assert known_features(tiny_run, "others") is None
    (tiny_run.folder / TRAINING_FEATURES).write_bytes(b"nonsense")
    assert known_features(tiny_run, "these") is None
