"""Ten pictures in three ways: what differs between them, and who is like whom, held to scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from imgcls.datasets import editing, load, split_indices
from imgcls.errors import RecipeError
from imgcls.lessons.transfer import (
    COUNTS,
    DATASETS,
    WAY_WORDS,
    Way,
    by_chance,
    counts_of,
    most_alike,
    pairs,
    some_of_each,
    split_of,
    ways,
)
from imgcls.recipe import Choice, Split
from imgcls.training.check import check_recipe
from imgcls.training.sizes import part_sizes
from tests.datasets.people import picture


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("count", COUNTS)
def test_the_ways_differ_in_the_network_alone(name: str, count: int) -> None:
    found = ways(Choice(name=name), count, blocks=3)
    assert set(found) == set(Way) == set(WAY_WORDS)
    for recipe in found.values():
        check_recipe(recipe)
        assert abs(part_sizes(recipe)[0] - count) <= 0.2 * count + 5  # every class gives a whole number
        assert (recipe.dataset, recipe.split, recipe.seed, recipe.subset) == (
            found[Way.HEAD].dataset,
            found[Way.HEAD].split,
            found[Way.HEAD].seed,
            found[Way.HEAD].subset,
        )
    assert "trainable_blocks" not in found[Way.HEAD].architecture.options
    assert found[Way.TUNED].architecture.options["trainable_blocks"] == 3


def test_more_pictures_than_there_are_is_all_of_them() -> None:
    assert ways(Choice(name="faces"), 100_000)[Way.HEAD].subset == 1.0


def test_the_most_alike_is_scikit_learns() -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 7))
    cosines = cosine_similarity(vectors)
    np.fill_diagonal(cosines, -2)
    assert most_alike(vectors).tolist() == cosines.argmax(axis=1).tolist()


def test_pairs_by_hand() -> None:
    images = np.array([[[3, 0]], [[0, 5]], [[6, 1]], [[1, 9]]], float)
    found = pairs(images, np.array([0, 0, 0, 1]))
    assert found.partner.tolist() == [2, 3, 0, 1]
    assert found.same.tolist() == [True, False, True, False]
    assert found.found == 2


def test_chance_is_the_mean_over_random_partners() -> None:
    labels = np.repeat([0, 1, 2], [5, 3, 2])
    rng = np.random.default_rng(0)
    found = []
    for _ in range(4000):
        partner = (np.arange(10) + rng.integers(1, 10, size=10)) % 10
        found.append((labels[partner] == labels).sum())
    assert by_chance(labels) == pytest.approx(np.mean(found), abs=0.1)


def test_some_of_each_class_and_of_no_class_one() -> None:
    labels = np.repeat([0, 1, 2], [50, 1, 4])
    places = some_of_each(labels, 3)
    assert np.bincount(labels[places], minlength=3).tolist() == [6, 0, 4]
    assert len(set(places.tolist())) == len(places)
    assert places.tolist() == some_of_each(labels, 3).tolist()
    assert len(some_of_each(np.array([0, 1]), 2)) == 0
    assert len(some_of_each(np.repeat(np.arange(40), 3), 40)) == 24


def collected(*counts: int) -> Choice:
    """A data set of one's own with so many pictures of each class."""
    name = editing.create("mine")
    for number, count in enumerate(counts):
        editing.add_class(name, f"class {number}")
        for turn in range(count):
            editing.add_pixels(name, f"class {number}", picture(100 * number + turn))
    return Choice(name=name)


@pytest.mark.parametrize("counts", [(5, 5), (3, 3), (4, 6), (3, 20), (8, 8)])
def test_few_pictures_of_ones_own_have_some_in_every_part(counts: tuple[int, ...]) -> None:
    mine = collected(*counts)
    images = load(mine)
    parts = split_indices(images.labels, split_of(mine), 0, images.parts, images.class_names)
    for part in (parts.train, parts.validation, parts.test):
        assert set(images.labels[part]) == {0, 1}
    for recipe in ways(mine, 10).values():
        check_recipe(recipe)


def test_the_usual_split_stays_where_it_can() -> None:
    assert split_of(Choice(name="textures")) == Split()
    assert split_of(collected(8, 8)) == Split()


def test_of_two_pictures_no_part_can_be_made() -> None:
    with pytest.raises(RecipeError, match="2 images: too few"):
        split_of(collected(2, 9))


@pytest.mark.parametrize(
    ("given", "counts"),
    [(6, [6]), (10, [10]), (14, [10, 14]), (100, [10, 20, 50, 100]), (3500, [10, 20, 50, 100])],
)
def test_how_many_can_be_chosen(given: int, counts: list[int]) -> None:
    assert counts_of(given) == counts
