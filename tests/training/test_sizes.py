"""What is told before a run is what the run then does."""

from __future__ import annotations

import pytest

from imgcls.recipe import recipe_from
from imgcls.training.data import run_data
from imgcls.training.sizes import epoch_images, part_sizes


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"subset": 0.3},
        {"subset": 0.1, "imbalance": {"kind": "long-tail", "ratio": 0.5}},
        {"split": {"validation": 0.2, "test": 0.4}},
        {"imbalance": {"kind": "long-tail", "ratio": 0.05}},
        {"imbalance": {"kind": "rare", "ratio": 0.1, "classes": ["left"]}, "balance": {"name": "oversampling"}},
        {"imbalance": {"kind": "long-tail", "ratio": 0.05}, "balance": {"name": "undersampling"}},
        {"imbalance": {"kind": "long-tail", "ratio": 0.05}, "balance": {"name": "augment-rare", "reach": 0.5}},
    ],
)
def test_told_and_done(bars, more):
    from imgcls.balance import balance_plan, epoch_size

    recipe = recipe_from({"dataset": {"name": "bars"}, **more})
    data = run_data(recipe)
    assert part_sizes(recipe) == (len(data.train), len(data.validation), len(data.test))
    plan = balance_plan(recipe.balance, data.train.labels, 3)
    assert epoch_images(recipe) == epoch_size(len(data.train), plan.drawn)
