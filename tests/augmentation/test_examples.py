"""Which images augmentations are tried on, and what their labels say."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.augmentation.examples import examples, mixture, one_hot
from imgcls.datasets import ImageSet, Part, load
from imgcls.recipe import Choice


def images(*sizes: int, parts: np.ndarray | None = None) -> ImageSet:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return ImageSet(np.zeros((len(labels), 4, 4, 1), np.uint8), labels, tuple("abcdefgh"[: len(sizes)]), parts)


def test_one_of_each_class_comes_first():
    real = load(Choice(name="mnist-5k"))
    assert real.labels[examples(real, 10, 0)].tolist() == list(range(10))
    assert real.labels[examples(real, 25, 3)].tolist().count(0) in (2, 3)


@pytest.mark.parametrize("seed", range(5))
def test_no_class_has_two_before_all_have_one(seed):
    some = images(50, 2, 1)
    counts = np.bincount(some.labels[examples(some, 6, seed)], minlength=3)
    assert counts.tolist() == [3, 2, 1]
    assert np.bincount(some.labels[examples(some, 2, seed)], minlength=3).max() == 1


def test_there_are_no_more_than_there_are():
    chosen = examples(images(2, 1), 10, 0)
    assert sorted(chosen.tolist()) == [0, 1, 2]


def test_another_seed_chooses_others():
    some = images(500, 500)
    assert len({tuple(examples(some, 2, seed).tolist()) for seed in range(10)}) > 8
    assert (examples(some, 2, 7) == examples(some, 2, 7)).all()


def test_of_many_classes_some_are_drawn():
    some = images(*[3] * 8)
    seen = {label for seed in range(20) for label in some.labels[examples(some, 4, seed)].tolist()}
    assert len(seen) == 8


def test_test_images_stay_unseen():
    parts = np.array([Part.TEST, Part.TEST, Part.TRAIN, Part.TEST, Part.FREE, Part.NOT_TEST], np.int8)
    assert sorted(examples(images(3, 3, parts=parts), 9, 0).tolist()) == [2, 4, 5]


def test_one_hot():
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    assert one_hot(np.array([1]), 2).dtype == np.float32


NAMES = ("cat", "dog", "bird", "3")


@pytest.mark.parametrize(
    ("shares", "parts"),
    [
        ([0.7, 0.3, 0, 0], ["0.7 cat", "0.3 dog"]),
        ([0.3, 0.7, 0, 0], ["0.7 dog", "0.3 cat"]),
        ([0.5, 0.5, 0, 0], ["0.5 cat", "0.5 dog"]),
        ([0, 0, 0, 1], ["3"]),
        ([0.25, 0, 0, 0.75], ["0.75 “3”", "0.25 cat"]),
        ([0.333, 0.333, 0.334, 0], ["0.33 bird", "0.33 cat", "0.33 dog"]),
        ([0.992, 0.008, 0, 0], ["0.99 cat"]),
        ([0.99, 0.01, 0, 0], ["0.99 cat", "0.01 dog"]),
        ([0.998, 0.002, 0, 0], ["cat"]),
        ([0.9, 0.1, 0, 0], ["0.9 cat", "0.1 dog"]),
    ],
)
def test_a_mixed_label_in_words(shares, parts):
    assert mixture(np.array(shares, np.float32), NAMES) == parts
