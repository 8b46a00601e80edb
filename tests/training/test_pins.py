"""Which images are watched: validation images and no others."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import load, split_indices
from imgcls.datasets.corrections import Correction, correct
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Recipe, recipe_from
from imgcls.training.check import check_recipe
from imgcls.training.pins import MOST_CLASSES, pinned_rows

INDICES, LABELS = np.array([2, 5, 6, 9]), np.array([1, 1, 0, 4])


def test_without_a_choice_it_is_the_first_of_each_class():
    assert pinned_rows((), INDICES, LABELS).tolist() == [2, 0, 3]


def test_of_many_classes_the_first_ones():
    rows = pinned_rows((), np.arange(40), np.repeat(np.arange(20), 2))
    assert rows.tolist() == [2 * label for label in range(MOST_CLASSES)]


def test_chosen_images_keep_their_order():
    assert pinned_rows((9, 2), INDICES, LABELS).tolist() == [3, 0]


@pytest.mark.parametrize(("pinned", "said"), [((3,), "3"), ((2, 10, 0), "10, 0"), ((10**12,), "1000000000000")])
def test_anything_else_is_refused(pinned, said):
    with pytest.raises(RecipeError, match=rf"in the validation part\. Received: {said}\."):
        pinned_rows(pinned, INDICES, LABELS)


def parts(recipe: Recipe):
    images = load(recipe.dataset)
    return split_indices(images.labels, recipe.split, recipe.seed, images.parts, images.class_names)


def test_a_recipe_is_checked_against_its_own_split(bars):
    recipe = recipe_from({"dataset": {"name": "bars"}, "seed": 3})
    drawn = parts(recipe)
    check_recipe(recipe.model_copy(update={"pinned": tuple(drawn.validation[:12].tolist())}))
    for some in (drawn.train, drawn.test, [150]):
        with pytest.raises(RecipeError, match="in the validation part"):
            check_recipe(recipe.model_copy(update={"pinned": (int(drawn.validation[0]), int(some[0]))}))


def test_an_image_that_was_left_out_cannot_be_watched(bars):
    recipe = recipe_from({"dataset": {"name": "bars"}})
    place = int(parts(recipe).validation[4])
    dropped = correct(Choice(name="bars"), {str(place): Correction(dropped=True)})
    check_recipe(recipe.model_copy(update={"pinned": (place,)}))
    with pytest.raises(RecipeError, match="in the validation part"):
        check_recipe(recipe.model_copy(update={"pinned": (place,), "corrections": dropped.identifier()}))
