"""RandAugment: each image gets one of the changes a round; the ones of our own by hand."""

from __future__ import annotations

import numpy as np

from imgcls.augmentation.randaugment import changes
from tests.augmentation.helpers import changed, digits

COLOURS = np.random.default_rng(0).integers(30, 200, (300, 8, 8, 3), np.uint8)


def test_saturation_is_for_colour_images_alone():
    assert [takes_grey for _, takes_grey in changes(0.5)] == [True] * 9 + [False]


def test_each_image_gets_one_change_a_round():
    """With one round: an image is left alone, or is what exactly one change would have made of it."""
    import tensorflow as tf

    found, _ = changed(COLOURS, "randaugment", count=1, strength=0.5)
    # the seed as it comes to the round: epoch 0, batch 0, the first augmentation, its first change
    key = tf.constant([0, 0])
    for number in (0, 0, 0, 0):
        key = tf.random.fold_in(key, number)
    images = tf.constant(COLOURS.astype(np.float32))
    outcomes = [change(images, tf.random.fold_in(key, place)) for place, (change, _) in enumerate(changes(0.5))]
    outcomes = np.clip([images.numpy(), *(outcome.numpy() for outcome in outcomes)], 0, 255)
    close = np.abs(outcomes - found).max(axis=(2, 3, 4)) < 0.01  # (changes, images)
    assert close.any(axis=0).all()
    counts = close.sum(axis=1)
    np.testing.assert_allclose(counts[0], 300 / 11, atol=25)
    assert (counts > 5).all(), counts


def test_solarise_inverts_what_is_light():
    import tensorflow as tf

    solarise = changes(0.4)[8][0]
    found = solarise(tf.constant([[0.0, 100.0, 153.0, 154.0, 255.0]]), None).numpy()
    np.testing.assert_allclose(found, [[0, 100, 153, 101, 0]])


def test_posterise_keeps_the_upper_bits():
    import tensorflow as tf

    image = tf.reshape(tf.range(256.0), (1, 16, 16, 1))
    for strength, bits in ((0.05, 8), (0.5, 6), (1.0, 4)):
        found = changes(strength)[6][0](image, tf.constant([0, 0])).numpy().ravel()
        step = 2 ** (8 - bits)
        np.testing.assert_array_equal(found, np.arange(256) // step * step)


def test_full_contrast():
    import tensorflow as tf

    image = np.array([[60, 80], [100, 160]], np.float32)[None, ..., None]
    found = changes(0.5)[7][0](tf.constant(image), tf.constant([0, 0])).numpy().ravel()
    np.testing.assert_allclose(found, [0, 51, 102, 255], atol=0.01)


def test_more_rounds_change_more():
    images = digits(64, 3)
    alone = [
        sum(np.array_equal(a, b) for a, b in zip(images, changed(images, "randaugment", count=count)[0], strict=True))
        for count in (1, 4)
    ]
    assert alone[0] > alone[1]
