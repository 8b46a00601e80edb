"""As many shapes as are wanted, the same ones every time, each with its mask."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import load
from imgcls.datasets.shapes import CLASSES, ShapesOptions, scene
from imgcls.errors import RecipeError
from imgcls.recipe import Choice


@pytest.mark.parametrize(
    "options", [{}, {"images": 150, "classes": 8, "side": 20}, {"images": 101, "classes": 2, "difficulty": 5}]
)
def test_images_masks_and_labels(options):
    images = load(Choice(name="shapes", **options))
    asked = ShapesOptions(**options)
    assert images.images.shape == (asked.images, asked.side, asked.side, 3)
    assert images.masks.shape == images.images.shape[:3]
    counts = np.bincount(images.labels)
    assert (len(counts), np.ptp(counts) <= 1) == (asked.classes, True)
    for number in range(0, asked.images, 37):
        picture, mask = scene(asked, number).picture(CLASSES[images.labels[number]])
        np.testing.assert_array_equal(images.images[number], picture)
        np.testing.assert_array_equal(images.masks[number], mask)


def test_more_images_keep_the_first_ones():
    few, many = (load(Choice(name="shapes", images=count)) for count in (100, 140))
    np.testing.assert_array_equal(few.images, many.images[:100])
    other = load(Choice(name="shapes", images=100, seed=1))
    assert (few.images != other.images).mean() > 0.5


def test_colour_does_not_tell_the_class():
    images = load(Choice(name="shapes", images=2000, classes=2))
    means = np.stack([image[mask].mean(axis=0) for image, mask in zip(images.images, images.masks, strict=True)])
    one, other = (means[images.labels == label] for label in (0, 1))
    error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
    assert (abs(one.mean(axis=0) - other.mean(axis=0)) < 4 * error).all()


@pytest.mark.parametrize("options", [{"images": 99}, {"classes": 9}, {"difficulty": 0}, {"side": 97}, {"seed": -1}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(RecipeError, match=f"dataset.{next(iter(options))}"):
        load(Choice(name="shapes", **options))


def test_more_than_the_memory_takes_is_refused(monkeypatch):
    monkeypatch.setenv("IMGCLS_DATASET_MEGABYTES", "5")
    with pytest.raises(RecipeError, match="at most 5 MB"):
        load(Choice(name="shapes", images=20000))
