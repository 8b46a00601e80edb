"""Batches: each image once an epoch, in an order that seed and epoch alone decide."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import ImageSet, split_indices
from imgcls.recipe import Choice, recipe_from
from imgcls.training.data import Batches, run_data

COUNT = 10


@pytest.fixture(scope="module")
def images():
    """Images that show their own number; the label is the number's last digit of three."""
    numbers = np.arange(COUNT)
    pixels = np.uint8(numbers[:, None, None, None] * np.ones((COUNT, 2, 3, 1)))
    return ImageSet(pixels, numbers % 3, ("a", "b", "c"))


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def numbers(batches: Batches, epoch: int, skip: int = 0) -> list[list[int]]:
    found = []
    for pixels, labels in batches.epoch(epoch, skip):
        pixels, labels = pixels.numpy(), labels.numpy()
        assert pixels.dtype == np.uint8
        assert pixels.shape[1:] == (2, 3, 1)
        assert labels.dtype == np.float32
        shown = pixels[:, 0, 0, 0].tolist()
        assert (pixels == pixels[:, :1, :1]).all()
        np.testing.assert_array_equal(labels, np.eye(3)[np.array(shown) % 3])
        found.append(shown)
    return found


@pytest.mark.parametrize(("size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (64, [10]), (1, [1] * 10)])
def test_each_image_once_an_epoch(images, size, sizes):
    batches = Batches(images, size, seed=0)
    found = numbers(batches, 0)
    assert [len(batch) for batch in found] == sizes
    assert batches.per_epoch == len(sizes)
    assert sorted(flat(found)) == list(range(COUNT))


def test_order_depends_on_seed_and_epoch_alone(images):
    one = Batches(images, 4, seed=1)
    orders = [numbers(one, epoch) for epoch in range(3)]
    assert orders[0] != orders[1] != orders[2]
    assert [numbers(Batches(images, 4, seed=1), epoch) for epoch in (2, 1, 0)] == orders[::-1]
    assert numbers(Batches(images, 4, seed=2), 0) != orders[0]
    assert flat(numbers(Batches(images, 3, seed=1), 0)) == flat(orders[0])


@pytest.mark.parametrize("skip", range(4))
def test_a_resumed_epoch_goes_on_where_it_was(images, skip):
    batches = Batches(images, 4, seed=3)
    assert numbers(batches, 5, skip) == numbers(batches, 5)[skip:]


CHANGES = (Choice(name="shift", distance=0.2), Choice(name="mixup"), Choice(name="cutout"))


@pytest.fixture(scope="module")
def pictures():
    pixels = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 9, 1), np.uint8)
    return ImageSet(pixels, np.arange(COUNT) % 3, ("a", "b", "c"))


def taken(batches: Batches, epoch: int, skip: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(pixels.numpy(), labels.numpy()) for pixels, labels in batches.epoch(epoch, skip)]


def assert_same(found, wanted):
    for (pixels, labels), (other_pixels, other_labels) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(pixels, other_pixels)
        np.testing.assert_array_equal(labels, other_labels)


@pytest.mark.parametrize("skip", range(4))
def test_a_resumed_epoch_meets_the_same_augmented_batches(pictures, skip):
    """Also in another process, which has drawn nothing before: here, another `Batches`."""
    whole = taken(Batches(pictures, 4, 3, CHANGES), 5)
    assert [len(pixels) for pixels, _ in whole] == [4, 4, 2]
    assert_same(taken(Batches(pictures, 4, 3, CHANGES), 5, skip), whole[skip:])
    used = Batches(pictures, 4, 3, CHANGES)
    taken(used, 0)
    assert_same(taken(used, 5, skip), whole[skip:])


def test_augmented_images_are_float_pixels_and_labels_still_shares(pictures):
    for pixels, labels in taken(Batches(pictures, 4, 0, CHANGES), 0):
        assert (pixels.dtype, labels.dtype) == (np.float32, np.float32)
        assert pixels.shape[1:] == (8, 9, 1)
        assert 0 <= pixels.min() <= pixels.max() <= 255
        np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-6)


def test_each_epoch_and_each_seed_changes_images_anew(pictures):
    """Of all images in one batch, sorted by label: the order is another one anyway."""
    turn = (Choice(name="rotate", degrees=90.0),)
    seen = [taken(Batches(pictures, COUNT, seed, turn), epoch)[0][0] for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    first, *others = ({image.tobytes() for image in images} for images in seen)
    assert len(first) == COUNT
    assert not any(first & other for other in others)


def test_augmentation_keeps_the_order_of_the_images(pictures):
    plain = [pixels for pixels, _ in taken(Batches(pictures, 4, 0), 2)]
    still = [pixels for pixels, _ in taken(Batches(pictures, 4, 0, [Choice(name="shift", distance=0.0)]), 2)]
    for one, other in zip(plain, still, strict=True):
        np.testing.assert_allclose(other, one, atol=0.01)


def test_run_data_is_split_as_the_recipe_says(bars):
    recipe = recipe_from({"dataset": {"name": "bars"}, "split": {"validation": 0.2, "test": 0.4}, "seed": 5})
    data, whole = run_data(recipe), bars.load(None)
    parts = split_indices(whole.labels, recipe.split, 5)
    for part, indices in ((data.train, parts.train), (data.validation, parts.validation), (data.test, parts.test)):
        np.testing.assert_array_equal(part.images, whole.images[indices])
        np.testing.assert_array_equal(part.labels, whole.labels[indices])
    np.testing.assert_array_equal(data.test_indices, parts.test)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [60, 30, 60]
    assert data.class_names == ("left", "middle", "right")
