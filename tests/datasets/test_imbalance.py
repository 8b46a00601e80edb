"""Imbalance: what stays of each class, counted."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets.imbalance import kept_shares, thinned
from imgcls.errors import RecipeError
from imgcls.recipe import Imbalance

NAMES = ("a", "b", "c", "d", "e")
LABELS = np.random.default_rng(2).permutation(np.repeat(np.arange(5), 200))


def counts(seed=0, **imbalance):
    stay = thinned(LABELS, NAMES, Imbalance(**imbalance), seed)
    assert (np.diff(stay) > 0).all()
    return np.bincount(LABELS[stay], minlength=5).tolist()


def test_none_is_none():
    assert counts() == [200] * 5


def test_a_long_tail_falls_by_the_same_factor_each_time():
    assert counts(kind="long-tail", ratio=0.01) == [200, 63, 20, 6, 2]  # 200 · 0.01^(i/4)
    shares = kept_shares(Imbalance(kind="long-tail", ratio=0.01), NAMES)
    np.testing.assert_allclose(shares[1:] / shares[:-1], 0.01**0.25)


def test_only_the_chosen_are_rare():
    assert counts(kind="rare", ratio=0.05, classes=("b", "e")) == [200, 10, 200, 200, 10]
    assert counts(kind="rare", ratio=0.005, classes=("a",)) == [1, 200, 200, 200, 200]


def test_at_least_one_stays_and_the_fewer_are_among_the_more():
    few = thinned(LABELS, NAMES, Imbalance(kind="long-tail", ratio=0.005), 3)
    more = thinned(LABELS, NAMES, Imbalance(kind="long-tail", ratio=0.5), 3)
    assert set(few) < set(more)
    assert set(LABELS[few]) == set(range(5))
    assert set(few) != set(thinned(LABELS, NAMES, Imbalance(kind="long-tail", ratio=0.005), 4))


def test_a_subset_is_of_every_class_alike():
    none, tail = Imbalance(), Imbalance(kind="long-tail", ratio=0.01)
    few, more = (thinned(LABELS, NAMES, none, 0, share) for share in (0.1, 0.5))
    assert np.bincount(LABELS[few]).tolist() == [20] * 5
    assert set(few) < set(more)
    assert np.bincount(LABELS[thinned(LABELS, NAMES, tail, 0, 0.5)]).tolist() == [100, 32, 10, 3, 1]


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("z",), "among: a, b, c, d, e. Received: z"),
        ((), "at least one rare class, and one that is not. Received: 0 of 5"),
        (NAMES, "Received: 5 of 5"),
    ],
)
def test_nonsense_is_refused(classes, message):
    with pytest.raises(RecipeError, match=message):
        kept_shares(Imbalance(kind="rare", classes=classes), NAMES)
