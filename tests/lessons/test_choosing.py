"""The intervals are those of scipy's t tests."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.lessons.choosing import interval_of_mean, margin, race, seeds_needed
from imgcls.training.check import check_recipe


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_the_margin_is_that_of_students_test(seeds: int) -> None:
    from scipy import stats

    first = np.random.default_rng(seeds).normal(0.9, 0.01, seeds)
    second = first - 0.005  # the same spread
    found = stats.ttest_ind(first, second).confidence_interval(0.95)
    spread = float(np.std(first, ddof=1))
    assert margin(spread, seeds) == pytest.approx((found.high - found.low) / 2, abs=1e-9)


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_the_interval_of_one_mean(seeds: int) -> None:
    from scipy import stats

    values = np.random.default_rng(seeds).normal(0.9, 0.01, seeds)
    found = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    half = interval_of_mean(float(np.std(values, ddof=1)), seeds)
    assert half == pytest.approx((found.high - found.low) / 2, abs=1e-9)


def test_seeds_that_are_needed() -> None:
    needed = seeds_needed(0.5, 0.5)
    assert needed is not None
    assert margin(0.5, needed) < 0.5 <= margin(0.5, needed - 1)
    assert seeds_needed(0.0, 0.5) is None
    assert seeds_needed(5.0, 0.1) == 2


def test_the_race_can_be_run() -> None:
    recipes = race()
    assert len(recipes) == 6
    for recipe in recipes.values():
        check_recipe(recipe)
