"""Keras's layers draw what the seed says."""

from __future__ import annotations

import numpy as np


def test_another_seed_for_every_draw_and_the_same_again():
    import keras
    import tensorflow as tf

    from imgcls.augmentation.draws import Draws

    draws = Draws()

    def three(seed: list[int]) -> list[list[float]]:
        draws.begin(tf.constant(seed))
        return [keras.random.uniform((4,), seed=draws).numpy().tolist() for _ in range(3)]

    first = three([1, 2])
    assert len({str(values) for values in first}) == 3
    assert three([1, 2]) == first
    assert not set(map(str, first)) & set(map(str, three([1, 3]) + three([2, 2])))


def test_a_layer_does_not_remember_what_it_drew():
    import tensorflow as tf
    from keras import layers

    from imgcls.augmentation.draws import drawing

    change = drawing(layers.RandomRotation(0.5, dtype="float32"))
    images = tf.constant(np.random.default_rng(0).random((4, 9, 9, 1), np.float32))
    one = change(images, tf.constant([3, 4])).numpy()
    other = change(images, tf.constant([5, 6])).numpy()
    np.testing.assert_array_equal(change(images, tf.constant([3, 4])).numpy(), one)
    assert not np.array_equal(one, other)


def test_changes_follow_each_other_with_draws_of_their_own():
    import tensorflow as tf

    from imgcls.augmentation.draws import pictures_only

    seen = []

    def note(images, seed):
        seen.append(tuple(seed.numpy()))
        return images + 1

    images, labels = pictures_only(note, note)(tf.zeros((1, 2, 2, 1)), "labels", tf.constant([7, 7]))
    assert float(images[0, 0, 0, 0]) == 2
    assert labels == "labels"
    assert len(set(seen)) == 2
