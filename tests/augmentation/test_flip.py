"""Flip: the image or its mirror image, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.augmentation import augmentation_options
from imgcls.augmentation.registry import AUGMENTATIONS
from imgcls.datasets import DATASETS
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Recipe, with_settings
from tests.augmentation.helpers import changed


@pytest.mark.parametrize(("direction", "axes"), [("horizontal", [1]), ("vertical", [0]), ("both", [0, 1])])
def test_the_image_or_its_mirror(direction, axes):
    images = np.random.default_rng(0).integers(0, 256, (400, 5, 7, 3), np.uint8)
    found, _ = changed(images, "flip", direction=direction)
    ways = [[]]
    for axis in axes:
        ways += [[*way, axis] for way in ways]
    counts = [sum(np.array_equal(np.flip(a, way), b) for a, b in zip(images, found, strict=True)) for way in ways]
    assert sum(counts) == 400
    np.testing.assert_allclose(counts, 400 / len(ways), atol=50)  # five standard deviations


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_it_mirrors_as_often_as_it_is_told(chance):
    images = np.random.default_rng(0).integers(0, 256, (1000, 5, 7, 3), np.uint8)
    found, _ = changed(images, "flip", chance=chance)
    mirrored = sum(np.array_equal(np.flip(a, 1), b) for a, b in zip(images, found, strict=True))
    as_it_was = sum(np.array_equal(a, b) for a, b in zip(images, found, strict=True))
    assert mirrored + as_it_was == 1000
    assert abs(mirrored - 1000 * chance) <= 5 * (1000 * chance * (1 - chance)) ** 0.5  # five standard deviations


@pytest.mark.parametrize("chance", [0.1, 0.9])
def test_both_ways_have_a_coin_each(chance):
    images = np.random.default_rng(0).integers(0, 256, (1000, 5, 7, 3), np.uint8)
    found, _ = changed(images, "flip", direction="both", chance=chance)
    twice = sum(np.array_equal(np.flip(a, (0, 1)), b) for a, b in zip(images, found, strict=True))
    expected = 1000 * chance**2
    assert abs(twice - expected) <= 5 * (expected * (1 - chance**2)) ** 0.5


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_unless_told_otherwise_it_draws_what_keras_draws(direction):
    from keras import layers

    from imgcls.augmentation.draws import drawing, pictures_only

    keras_does = pictures_only(drawing(layers.RandomFlip(direction, dtype="float32")))
    options = AUGMENTATIONS.get("flip").options(direction=direction)
    ours = AUGMENTATIONS.get("flip").build(options)
    images = np.random.default_rng(0).random((500, 3, 4, 1), np.float32)
    for seed in ([3, 4], [5, 6]):
        seed = np.array(seed, np.int32)
        np.testing.assert_array_equal(ours(images, None, seed)[0], keras_does(images, None, seed)[0])


@pytest.mark.parametrize("chance", [-0.1, 1.1, "often", True])
def test_a_chance_is_from_0_to_1(chance):
    with pytest.raises(RecipeError, match="chance"):
        augmentation_options(Choice(name="flip", chance=chance))


def test_what_is_never_mirrored_is_not_doubted():
    digits = DATASETS.get("mnist-5k").usual
    flip = AUGMENTATIONS.get("flip")
    assert flip.doubt(flip.options(chance=0.1), digits)
    assert flip.doubt(flip.options(chance=0.0), digits) is None


def test_a_shell_sets_the_chance():
    recipe = with_settings(Recipe(), ['augmentation=[{"name": "flip", "chance": 0.2}]'])
    (flip,) = recipe.augmentation
    assert augmentation_options(flip).chance == 0.2
