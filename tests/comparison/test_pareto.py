"""The front, by hand and against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.comparison.pareto import pareto_front


def test_the_front():
    costs, gains = np.array([3.0, 1.0, 2.0, 4.0, 2.0]), np.array([0.9, 0.5, 0.8, 0.85, 0.8])
    assert pareto_front(costs, gains).tolist() == [1, 2, 4, 0]
    assert pareto_front(np.array([1.0]), np.array([0.1])).tolist() == [0]


@pytest.mark.parametrize("seed", range(5))
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(seed):
    random = np.random.default_rng(seed)
    costs, gains = random.integers(1, 9, 30).astype(float), random.integers(1, 9, 30).astype(float)
    front = set(pareto_front(costs, gains).tolist())
    for one in range(30):
        no_worse = (costs <= costs[one]) & (gains >= gains[one])
        beaten = (no_worse & ((costs < costs[one]) | (gains > gains[one]))).any()
        assert (one in front) == (not beaten)
