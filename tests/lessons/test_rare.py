"""The weights are those of scikit-learn and of the training; what an accuracy leaves open, by trying all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from imgcls.balance import BALANCES, balance_options
from imgcls.comparison.differences import differences
from imgcls.lessons.rare import RARE, RATIOS, STRATEGIES, accuracy_of_never, class_weights, found_of_rare, race, shares
from imgcls.recipe import Choice
from imgcls.training.check import check_recipe
from imgcls.training.data import run_data

COUNTS = np.array([400, 100, 7, 3])


def test_the_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    wanted = compute_class_weight("balanced", classes=np.arange(4), y=np.repeat(np.arange(4), COUNTS))
    np.testing.assert_allclose(class_weights(COUNTS), wanted, atol=1e-12)


def test_the_weights_are_those_of_the_training() -> None:
    choice = Choice(name="class-weights")
    plan = BALANCES.get(choice.name).plan(balance_options(choice), COUNTS)
    np.testing.assert_allclose(class_weights(COUNTS), plan.weights, atol=1e-12)


def test_each_class_then_has_the_same_share() -> None:
    np.testing.assert_allclose(shares(COUNTS, class_weights(COUNTS)), 0.25, atol=1e-12)
    np.testing.assert_allclose(shares(COUNTS, np.ones(4)), COUNTS / 510, atol=1e-12)


@pytest.mark.parametrize(("rare", "right"), list(itertools.product(range(1, 8), range(8))))
def test_what_an_accuracy_leaves_open(rare: int, right: int) -> None:
    possible = [found for found in range(rare + 1) if 0 <= right - found <= 7 - rare]
    assert found_of_rare(7, rare, right) == (min(possible), max(possible))


def test_who_never_names_it() -> None:
    assert accuracy_of_never(1000, 50) == pytest.approx(0.95)


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_race_differs_in_the_strategy_alone(ratio: float) -> None:
    recipes = race(ratio)
    assert [recipe.balance.name for recipe in recipes.values()] == list(STRATEGIES)
    assert differences(recipes.values()) == ["balance"]
    for recipe in recipes.values():
        check_recipe(recipe)


def test_only_the_rare_are_rare() -> None:
    data = run_data(race()["none"])
    counts = np.bincount(data.train.labels)
    assert sorted(set(counts.tolist())) == [4, 175]
    assert [data.class_names[place] for place in np.flatnonzero(counts == 4)] == list(RARE)
