"""Signal and gradient of the page's deep network are Keras's and TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import parameter_count
from imgcls.comparison.differences import differences
from imgcls.lessons.residual import inputs, race, strength, weights
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
