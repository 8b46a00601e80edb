"""Every balance strategy: what it draws, weighs and augments, counted and held to independent sources."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from imgcls.balance import BALANCES, augmentation_of, balance_options, balance_plan, epoch_order, epoch_size
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.training.check import check_recipe

COUNTS = np.array([200, 90, 31, 7])
LABELS = np.random.default_rng(3).permutation(np.repeat(np.arange(4), COUNTS))


def plan(name, **options):
    return balance_plan(Choice(name=name, **options), LABELS, 4)


@pytest.mark.parametrize("name", BALANCES.names())
def test_every_strategy(name):
    entry = BALANCES.get(name)
    for text in (entry.title, entry.summary, entry.formula):
        assert text
    found = plan(name)
    order = epoch_order(LABELS, found.drawn, seed=5, epoch=2)
    assert len(order) == epoch_size(len(LABELS), found.drawn)
    assert ((order >= 0) & (order < len(LABELS))).all()
    assert set(LABELS[order]) == {0, 1, 2, 3}
    np.testing.assert_array_equal(order, epoch_order(LABELS, found.drawn, 5, 2))
    assert not np.array_equal(order, epoch_order(LABELS, found.drawn, 5, 3))
    # where all classes are equally large there is nothing to do for any that looks at classes
    even = balance_plan(Choice(name=name), np.repeat(np.arange(4), 50), 4)
    assert even.drawn is None or even.drawn.tolist() == [50] * 4
    assert even.weights is None or np.allclose(even.weights, 1)
    assert even.augmented is None or not even.augmented.any()
    check_recipe(Recipe(balance=Choice(name=name)))
    with pytest.raises(RecipeError, match=r"“balance\.confetti”"):
        balance_options(Choice(name=name, confetti=1))


def test_the_names_of_the_issue():
    assert BALANCES.names() == ["none", "class-weights", "oversampling", "undersampling", "augment-rare", "focal"]
    with pytest.raises(UnknownNameError, match="no balance strategy “smote”"):
        plan("smote")


def test_class_weights_are_scikit_learns():
    wanted = compute_class_weight("balanced", classes=np.arange(4), y=LABELS)
    np.testing.assert_allclose(plan("class-weights").weights, wanted, rtol=1e-12)
    for power in (0.0, 0.3, 0.5, 1.0):
        weights = plan("class-weights", power=power).weights
        assert weights[LABELS].mean() == pytest.approx(1)  # the loss keeps its size
        np.testing.assert_allclose(weights / weights[0], (COUNTS[0] / COUNTS) ** power, rtol=1e-12)


def test_oversampling_by_count():
    order = epoch_order(LABELS, plan("oversampling").drawn, 0, 0)
    assert np.bincount(LABELS[order]).tolist() == [200] * 4
    times = np.bincount(order, minlength=len(LABELS))
    for label, count in enumerate(COUNTS):
        of_class = times[label == LABELS]
        assert set(of_class.tolist()) <= {200 // count, 200 // count + 1}
        assert (of_class == 200 // count + 1).sum() == 200 % count
    half = epoch_order(LABELS, plan("oversampling", reach=0.5).drawn, 0, 0)
    assert np.bincount(LABELS[half]).tolist() == [200, 100, 100, 100]


def test_who_comes_once_more_changes_and_evens_out():
    drawn = plan("oversampling").drawn
    times = sum(np.bincount(epoch_order(LABELS, drawn, 0, epoch), minlength=len(LABELS)) for epoch in range(200))
    of_class = times[LABELS == 2] / 200  # 200 / 31 = 6.45 times an epoch
    assert of_class.min() > 6.2
    assert of_class.max() < 6.7


def test_undersampling_by_count():
    drawn = plan("undersampling").drawn
    seen = set()
    for epoch in range(60):
        order = epoch_order(LABELS, drawn, 0, epoch)
        assert np.bincount(LABELS[order]).tolist() == [7] * 4
        assert len(set(order.tolist())) == 28  # nobody twice
        seen |= set(order.tolist())
    assert len(seen) > 0.8 * len(LABELS)  # others each time


def test_only_what_is_repeated_is_augmented():
    found = plan("augment-rare")
    assert found.augmented.tolist() == [False, True, True, True]
    assert found.drawn.tolist() == [200] * 4
    recipe = recipe_from({"balance": {"name": "augment-rare"}})
    assert [one.name for one in augmentation_of(recipe)] == ["affine"]
    asked = recipe_from({"balance": {"name": "augment-rare"}, "augmentation": [{"name": "cutout"}]})
    assert [one.name for one in augmentation_of(asked)] == ["cutout"]
    assert augmentation_of(Recipe()) == ()


def test_a_class_without_images_is_no_trouble():
    for name in BALANCES.names():
        found = balance_plan(Choice(name=name), np.array([0, 0, 0, 2]), 3)
        order = epoch_order(np.array([0, 0, 0, 2]), found.drawn, 0, 0)
        assert set(np.array([0, 0, 0, 2])[order]) == {0, 2}
        assert found.weights is None or np.isfinite(found.weights).all()


@pytest.mark.parametrize(
    ("balance", "field"),
    [
        ({"name": "class-weights", "power": 1.5}, "balance.power"),
        ({"name": "oversampling", "reach": 0.0}, "balance.reach"),
        ({"name": "focal", "gamma": -1.0}, "balance.gamma"),
    ],
)
def test_options_out_of_range_are_refused(balance, field):
    with pytest.raises(RecipeError, match=f"“{field}”"):
        check_recipe(recipe_from({"balance": balance}))
