"""Signal and gradient of the page's deep network are Keras's and TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import parameter_count
from imgcls.comparison.differences import differences
from imgcls.lessons.residual import EDGES, RIDGE, STROKE, inputs, race, strength, weights, worked
from imgcls.training.check import check_recipe


@pytest.mark.parametrize("skip", [False, True])
def test_it_is_what_keras_computes(skip: bool) -> None:
    import keras
    import tensorflow as tf

    kernels, x = weights(6, 0.7, 0), inputs(0)
    watched = [tf.constant(x)]
    with tf.GradientTape() as tape:
        tape.watch(watched[0])
        for kernel in kernels:
            step = keras.ops.matmul(keras.ops.relu(watched[-1]), tf.constant(kernel))
            watched.append(keras.ops.add(watched[-1], step) if skip else step)
        total = keras.ops.sum(watched[-1])
    gradients = tape.gradient(total, watched[:-1])

    def size(values: object) -> float:
        return float(np.sqrt(np.mean(np.asarray(values) ** 2)))

    found = strength(kernels, x, skip)
    np.testing.assert_allclose(found.signal, [size(one) for one in watched[1:]], rtol=1e-6)
    np.testing.assert_allclose(found.gradient, [size(one) for one in gradients], rtol=1e-6)


def test_small_weights_let_a_plain_network_fall_silent() -> None:
    kernels, x = weights(30, 0.5, 0), inputs(0)
    plain, residual = (strength(kernels, x, skip) for skip in (False, True))
    assert plain.signal[-1] < 1e-6
    assert plain.gradient[0] < 1e-6
    assert residual.signal[-1] > 1
    assert residual.gradient[0] >= residual.gradient[-1] * 0.99


def test_the_race_differs_in_the_skip_connections_alone() -> None:
    plain, residual = race().values()
    for recipe in (plain, residual):
        check_recipe(recipe)
    assert differences([plain, residual]) == ["architecture"]
    plainly, adding = (parameter_count(one.architecture, (28, 28, 1), 10) for one in (plain, residual))
    assert plainly == adding


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_the_worked_block_is_that_of_keras(seed: int | None) -> None:
    """Two convolutions with a ReLU between them, the addition, and the ReLU behind it: all four maps."""
    import keras

    x, first, second = STROKE, EDGES, RIDGE
    if seed is not None:
        draws = np.random.default_rng(seed)
        x, first, second = draws.normal(size=(6, 7)), draws.normal(size=(3, 3)), draws.normal(size=(3, 3))
    given = keras.Input((*x.shape, 1))
    hidden = keras.layers.Conv2D(1, 3, padding="same", use_bias=False, activation="relu")(given)
    change = keras.layers.Conv2D(1, 3, padding="same", use_bias=False)(hidden)
    added = keras.layers.Add()([given, change])
    model = keras.Model(given, [hidden, change, added, keras.layers.ReLU()(added)])
    model.set_weights([first[..., None, None], second[..., None, None]])
    found = worked(x, first, second)
    wanted = model(x[None, ..., None].astype(np.float32), training=False)
    for mine, theirs in zip((found.hidden, found.change, found.added, found.y), wanted, strict=True):
        np.testing.assert_allclose(mine, np.asarray(theirs)[0, ..., 0], atol=1e-6)


def test_a_block_without_its_f_passes_on_what_came_in() -> None:
    found = worked(STROKE, EDGES, np.zeros_like(RIDGE))
    assert not found.change.any()
    np.testing.assert_array_equal(found.y, STROKE)


def test_the_worked_numbers_are_short_and_of_both_signs() -> None:
    found = worked(STROKE, EDGES, RIDGE)
    for values in (found.hidden, found.change, found.added):
        np.testing.assert_array_equal(values, np.round(values, 1))
    assert found.added.min() < 0 < found.change.max(), "ReLU has something to do"
