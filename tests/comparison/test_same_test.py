"""Only accuracies on the same images with the same labels measure the same thing."""

from __future__ import annotations

import numpy as np

from imgcls.comparison.same_test import by_test, same_images, same_test, same_test_of
from imgcls.datasets.corrections import Correction, correct
from imgcls.recipe import Choice, Recipe, Split
from imgcls.shortcut_lab import Remedy, shortcut_recipes
from imgcls.training.data import divided, run_data

BASE = Recipe()
TINY = Recipe(dataset=Choice(name="digits-8x8"))


def test_what_is_tested_is_the_same_unless_the_data_are_others():
    assert same_test_of([BASE, Recipe(augmentation=(Choice(name="flip"),), label_noise=0.1)])
    assert same_test_of([BASE, BASE.model_copy(update={"pinned": (1, 2)})])
    for other in (Recipe(seed=1), Recipe(split=Split(test=0.3)), Recipe(dataset=Choice(name="x"))):
        assert not same_test_of([BASE, other])


def test_what_is_tested_is_compared_image_by_image_where_the_settings_differ():
    few = Choice(name="shortcut", images=100, side=16)
    lab = shortcut_recipes(Recipe(dataset=few))
    first, last = (run_data(lab[remedy]) for remedy in (Remedy.NOTHING, Remedy.CLEAN))
    assert np.array_equal(first.test.images, last.test.images)
    assert not np.array_equal(first.train.images, last.train.images)
    assert same_test_of(lab.values()), "the mark is on no test image of any of them"
    marked, drawn_anew = ({**few.options, "mark": "everywhere"}, {**few.options, "seed": 1})
    for options in (marked, drawn_anew):
        assert not same_test_of([*lab.values(), Recipe(dataset=Choice(name="shortcut", **options))])
    assert same_test_of([Recipe(dataset=few), Recipe(dataset=few, seed=1)]), "the test is the data set's own"


def test_a_correction_counts_where_it_changes_the_test():
    test, train = (int(part[0]) for part in (run_data(BASE).test_indices, divided(BASE)[1].train))
    dropped = {
        place: correct(BASE.dataset, {str(place): Correction(dropped=True)}).identifier() for place in (train, test)
    }
    assert same_test_of([BASE, BASE.model_copy(update={"corrections": dropped[train]})])
    assert not same_test_of([BASE, BASE.model_copy(update={"corrections": dropped[test]})])
    assert not same_test_of([BASE, BASE.model_copy(update={"corrections": "0" * 12})]), "nobody knows what these were"


def test_a_data_set_that_was_edited_is_another_test(ended):
    before, after, again = ended(version="one"), ended(version="two"), ended(version="two")
    assert not same_test([before, after])
    assert not same_images(before, after)
    assert same_test([after, again])
    assert same_images(after, again)
    assert same_test([ended(version=None), after]), "of an old run nobody knows better"
    assert by_test([before, after, again]) == [[before], [after, again]]


def test_an_edited_data_set_is_not_compared_by_the_images_that_are_there_now(ended):
    """Other settings, so that the images would have to be looked at: but those of the runs are gone."""
    other = Recipe(split=Split(validation=0.2))
    assert not same_test([ended(version="gone"), ended(recipe=other, version="gone")])


def test_runs_are_laid_together_by_what_they_were_tested_on(ended):
    one, other = ended(), ended(recipe=TINY)
    seeds = [ended(recipe=recipe.model_copy(update={"seed": 1})) for recipe in (BASE, TINY)]
    assert by_test([one, other, *seeds]) == [[one, seeds[0]], [other, seeds[1]]]
    assert by_test([one, ended(recipe=Recipe(split=Split(test=0.3)))])[0] == [one]
    lab = [
        ended(recipe=recipe)
        for recipe in shortcut_recipes(Recipe(dataset=Choice(name="shortcut", images=100, side=16))).values()
    ]
    assert by_test(lab) == [lab], "trained on other images, tested on the same"
