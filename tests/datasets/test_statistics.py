"""The numbers against numpy's own over the whole, and against cases that can be seen with bare eyes."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import ImageSet, Part, load, split_indices
from imgcls.datasets.corrections import Corrections
from imgcls.datasets.look import Look, look
from imgcls.datasets.statistics import (
    BINS,
    averages,
    brightness,
    brightness_shares,
    class_counts,
    scarce,
    unevenness,
    unlikeness,
)
from imgcls.recipe import Choice, Split

MNIST = Choice(name="mnist-5k")


def seen(images: ImageSet) -> Look:
    drawn = split_indices(images.labels, Split(), 0, images.parts)
    return look(images, drawn, Corrections(dataset=Choice(name="x")))


def made(counts: list[int], side: int = 8) -> ImageSet:
    labels = np.repeat(np.arange(len(counts)), counts)
    images = np.random.default_rng(1).integers(0, 256, (len(labels), side, side, 3), dtype=np.uint8)
    return ImageSet(images, labels, tuple("abcdef"[: len(counts)]))


def test_counts_of_mnist() -> None:
    counts = class_counts(seen(load(MNIST)))
    np.testing.assert_array_equal(counts, np.repeat([[350], [50], [100]], 10, axis=1))
    even = unevenness(counts)
    assert (even.most, even.least, even.is_large) == (350, 350, False)
    assert scarce(counts) == []


def test_uneven_and_scarce_classes() -> None:
    counts = class_counts(seen(made([200, 40, 10])))
    even = unevenness(counts)
    assert (even.largest, even.most, even.smallest, even.least) == (0, 140, 2, 7)
    assert even.is_large
    assert scarce(counts) == [(Part.TRAIN, 7, [2]), (Part.VALIDATION, 1, [1, 2]), (Part.TEST, 2, [1, 2])]


def test_a_part_that_was_not_drawn_is_not_scarce() -> None:
    assert scarce(np.zeros((3, 4), int)) == []


def test_averages_are_numpys() -> None:
    images = load(MNIST)
    used = np.arange(5000) % 3 > 0
    found = averages(images, images.labels, used)
    assert found.means.shape == found.deviations.shape == (10, 28, 28, 1)
    for label in (0, 7):
        members = images.images[used & (images.labels == label)].astype(float)
        np.testing.assert_allclose(found.means[label], members.mean(axis=0), atol=0.51)
        np.testing.assert_allclose(found.deviations[label] * found.largest / 255, members.std(axis=0), atol=0.51)
    assert found.deviations.max() == 255


def test_colours_have_one_deviation_together() -> None:
    images = made([30, 30])
    found = averages(images, images.labels, np.ones(60, bool))
    assert (found.means.shape, found.deviations.shape) == ((2, 8, 8, 3), (2, 8, 8, 1))
    variance = images.images[:30].astype(float).var(axis=0).mean(axis=-1)
    np.testing.assert_allclose(found.deviations[0, ..., 0] * found.largest / 255, np.sqrt(variance), atol=0.51)


def test_a_class_without_images_is_black() -> None:
    images = made([5, 5])
    found = averages(images, images.labels, images.labels == 0)
    assert found.means[0].any()
    assert not found.means[1].any()
    assert not found.deviations[1].any()


def test_equal_images_do_not_differ() -> None:
    images = ImageSet(np.full((6, 8, 8, 1), 9, np.uint8), np.repeat([0, 1], 3), ("a", "b"))
    found = averages(images, images.labels, np.ones(6, bool))
    assert found.largest == 0
    assert not found.deviations.any()
    assert (found.means == 9).all()


def test_a_wrong_label_is_the_most_unlike() -> None:
    """An image of another kind, put among those of one class, comes first."""
    images = load(MNIST)
    ones = np.flatnonzero(images.labels == 1)[:100]
    nought = np.flatnonzero(images.labels == 0)[0]
    mixed = ImageSet(images.images[[*ones, nought]], np.zeros(101, np.int64), ("1",))
    far = unlikeness(mixed)
    assert far.argmax() == 100
    mean = mixed.images.astype(float).mean(axis=0)
    np.testing.assert_allclose(far, np.sqrt(((mixed.images - mean) ** 2).mean(axis=(1, 2, 3))), rtol=1e-4)


def test_brightness_of_all_and_of_each_part() -> None:
    shades = np.array([0, 0, 128, 255, 255, 255], np.uint8)
    images = ImageSet(np.ones((6, 8, 8, 1), np.uint8) * shades[:, None, None, None], np.zeros(6, int), ("a",))
    values = brightness(images)
    np.testing.assert_array_equal(values, shades)
    shares = brightness_shares(values, np.array([0, 0, 0, 0, 2, -1], np.int8))
    assert shares.shape == (3, BINS)
    assert shares[0, [0, BINS // 2, -1]] == pytest.approx([0.5, 0.25, 0.25])
    assert shares[1].sum() == 0
    assert shares[2, -1] == 1
