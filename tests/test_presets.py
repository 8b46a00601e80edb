"""Presets: whole recipes that can be trained here, known by name."""

from __future__ import annotations

import pytest

from imgcls.augmentation import doubtful
from imgcls.datasets import DATASETS
from imgcls.presets import FIRST, PRESETS
from imgcls.recipe import Recipe, recipe_from_code
from imgcls.training.check import check_recipe


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_preset_can_be_trained(name):
    preset = PRESETS.get(name)
    check_recipe(preset.recipe)
    assert preset.title
    assert len(preset.summary) > 60
    assert recipe_from_code(preset.recipe.to_code()) == preset.recipe
    dataset = DATASETS.get(preset.recipe.dataset.name).usual
    assert [choice.name for choice in preset.recipe.augmentation if doubtful(choice, dataset)] == []


def test_the_first_one_is_the_default():
    assert PRESETS.names()[0] == FIRST
    assert PRESETS.get(FIRST).recipe == Recipe()


def test_no_two_are_the_same():
    assert len({preset.recipe.hash() for preset in PRESETS}) == len(PRESETS.names())
