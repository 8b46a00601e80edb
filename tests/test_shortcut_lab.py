"""The shortcut lab: recipes that differ in the remedy alone, pairs in the mark alone, and what they show."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.recipe import Choice
from imgcls.shortcut_lab import CUTOUT, DEFAULT, REMEDY_WORDS, Remedy, evidence, pairs, shortcut_recipes
from imgcls.training.check import check_recipe
from imgcls.training.data import run_data

SMALL = Choice(name="shortcut", images=400)


def test_recipes_differ_in_the_remedy_alone():
    found = shortcut_recipes()
    assert set(found) == set(REMEDY_WORDS) == set(Remedy)
    for recipe in found.values():
        check_recipe(recipe)
    assert found[Remedy.NOTHING] == DEFAULT
    assert found[Remedy.CUTOUT].augmentation == (CUTOUT,)
    assert found[Remedy.CUTOUT].model_copy(update={"augmentation": ()}) == DEFAULT
    assert found[Remedy.CLEAN].dataset.options["mark"] == "none"


def test_all_are_tested_on_the_same_pictures():
    base = DEFAULT.model_copy(update={"dataset": SMALL})
    data = {remedy: run_data(recipe) for remedy, recipe in shortcut_recipes(base).items()}
    for other in (Remedy.CUTOUT, Remedy.CLEAN):
        np.testing.assert_array_equal(data[Remedy.NOTHING].test.images, data[other].test.images)
    assert (data[Remedy.NOTHING].train.images != data[Remedy.CLEAN].train.images).any()


@pytest.mark.parametrize("mark", ["training", "none"])
def test_pairs_differ_in_the_mark_alone(mark):
    some = pairs(Choice(name="shortcut", images=400, mark=mark), 12)
    assert len(some.marked) == len(some.clean) == 12
    np.testing.assert_array_equal((some.marked != some.clean).any(axis=-1), some.marks)
    assert some.marks.any(axis=(1, 2)).all()
    assert some.objects.any(axis=(1, 2)).all()
    assert not (some.objects & some.marks).any()


def test_who_looks_at_the_mark():
    some = pairs(SMALL, 10)
    maps = np.concatenate([some.marks, some.objects]).astype(np.float32)
    sure = np.concatenate([np.tile([0.1, 0.9], (10, 1)), np.tile([0.9, 0.1], (10, 1))])
    trapped = evidence(some, maps, sure)
    assert trapped.looks_at_the_mark
    assert (trapped.found, trapped.found_clean, trapped.on_mark, trapped.on_object) == (1.0, 0.0, 1.0, 1.0)
    assert trapped.mark_area == pytest.approx(16 / 32**2)
    even = evidence(some, np.ones_like(maps), np.tile([0.2, 0.8], (20, 1)))
    assert not even.looks_at_the_mark
    assert even.on_mark == pytest.approx(even.mark_area)
    assert np.isnan(evidence(some, np.zeros_like(maps), sure).on_mark)
