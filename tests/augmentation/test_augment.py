"""Several augmentations as one, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.augmentation import augment, preview
from imgcls.errors import RecipeError, UnknownNameError
from imgcls.recipe import Choice
from tests.augmentation.helpers import changed, digits, one_hot

STILL = Choice(name="shift", distance=0.0)


def test_nothing_asked_nothing_done():
    assert augment((), 0) is None
    images, labels = digits(2), one_hot(2, 3)
    found, same = preview((), images, labels, 0)
    assert found is images
    assert same is labels


def test_they_come_one_after_the_other():
    images = np.full((64, 10, 10, 1), 200, np.uint8)
    images[::2] = 100
    cutout, mixup = Choice(name="cutout", side=0.5), Choice(name="mixup", alpha=1.0)
    hidden_last, _ = preview([mixup, cutout], images, one_hot(64, 2), 0)
    hidden_first, _ = preview([cutout, mixup], images, one_hot(64, 2), 0)
    # hidden last: a black square on one grey. Hidden first: squares of two images shine through each other
    assert all(len(np.unique(image)) <= 2 for image in hidden_last)
    assert any(len(np.unique(image)) > 2 for image in hidden_first)


def test_the_place_decides_the_draw():
    """What follows an augmentation does not change what it draws; two of the same kind draw apart."""
    images, labels = digits(16), one_hot(16, 2)
    cutout = Choice(name="cutout")
    alone, _ = preview([cutout], images, labels, 3)
    followed, _ = preview([cutout, STILL], images, labels, 3)
    np.testing.assert_array_equal(alone, followed)
    white = np.full((16, 28, 28, 1), 255, np.uint8)
    twice, _ = preview([cutout, cutout], white, labels, 3)
    assert ((twice == 0).sum(axis=(1, 2, 3)) > 49).any()


def test_preview_rounds_and_mixes():
    images, labels = digits(8, 3), one_hot(8, 4)
    found, mixed = preview([Choice(name="rotate"), Choice(name="mixup")], images, labels, 5)
    assert (found.dtype, found.shape) == (np.uint8, images.shape)
    assert (mixed.dtype, mixed.shape) == (np.float32, labels.shape)
    exact, _ = changed(images, "rotate", seed=5)
    np.testing.assert_array_equal(preview([Choice(name="rotate")], images, labels, 5)[0], np.rint(exact))


def test_all_at_once_stays_within_the_range_of_pixels():
    strong = [
        Choice(name="colour-jitter", strength=1.0),
        Choice(name="contrast", strength=0.9),
        Choice(name="elastic", distance=0.2),
        Choice(name="randaugment", count=4, strength=1.0),
        Choice(name="mixup", alpha=1.0),
    ]
    change = augment(strong, 0)
    found, mixed = change(digits(16, 3), one_hot(16, 3), 0, 0)
    assert 0 <= found.numpy().min() <= found.numpy().max() <= 255
    np.testing.assert_allclose(mixed.numpy().sum(axis=1), 1, atol=1e-5)


def test_one_trace_for_all_epochs_and_batches():
    import tensorflow as tf

    change = augment([Choice(name="flip")], 0)
    for number in range(3):
        size = 4 - number
        epoch, batch = tf.constant(number, tf.int64), tf.constant(9, tf.int64)
        change(tf.constant(digits(size)), tf.constant(one_hot(size, 2)), epoch, batch)
    assert change.experimental_get_tracing_count() <= 2  # the second leaves the size of the batch open


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_every_seed_of_a_recipe_works(seed):
    found, _ = preview([Choice(name="shift")], digits(4), one_hot(4, 2), seed)
    assert found.max() > 0


def test_nonsense_is_refused_before_anything_is_built():
    with pytest.raises(UnknownNameError):
        augment([Choice(name="blur")], 0)
    with pytest.raises(RecipeError):
        preview([STILL, Choice(name="rotate", degrees=181.0)], digits(2), one_hot(2, 2), 0)
