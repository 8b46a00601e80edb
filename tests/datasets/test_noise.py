"""Label noise: exactly as many, evenly, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets.noise import noisy_labels

LABELS = np.random.default_rng(1).integers(0, 6, 3000)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9])
def test_exactly_so_many_are_wrong(share):
    before = LABELS.copy()
    found = noisy_labels(LABELS, 6, share, seed=4)
    assert (found != LABELS).sum() == round(share * 3000)
    assert (found.dtype, found.min() >= 0, found.max() < 6) == (np.int64, True, True)
    np.testing.assert_array_equal(found, noisy_labels(LABELS, 6, share, 4))
    np.testing.assert_array_equal(LABELS, before)


def test_more_noise_keeps_what_was_wrong():
    little, much = (noisy_labels(LABELS, 6, share, 0) for share in (0.1, 0.4))
    wrong = little != LABELS
    np.testing.assert_array_equal(little[wrong], much[wrong])


def test_every_other_class_is_as_likely():
    found = noisy_labels(np.zeros(30000, np.int64), 4, 0.9, 0)
    counts = np.bincount(found, minlength=4)
    assert counts[0] == 3000
    assert (abs(counts[1:] - 9000) < 300).all()  # four standard deviations


def test_other_seeds_and_two_classes():
    assert not np.array_equal(noisy_labels(LABELS, 6, 0.3, 0), noisy_labels(LABELS, 6, 0.3, 1))
    two = LABELS % 2
    found = noisy_labels(two, 2, 0.25, 0)
    np.testing.assert_array_equal(found[found != two], 1 - two[found != two])
