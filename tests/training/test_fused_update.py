"""One kernel for each variable, against Keras's own updates."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.training.fused_update import fuse_update

OPTIMIZERS = {
    "adam": ("Adam", {}),
    "adam, other betas": ("Adam", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    "adam, clipped": ("Adam", {"clipnorm": 0.1}),
    "adamw": ("AdamW", {"weight_decay": 0.1}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
}


def trained(name: str, fused: bool, steps: int = 5):
    """Variables and slots after some steps with drawn gradients, in a traced function, as training is."""
    import keras
    import tensorflow as tf

    random = np.random.default_rng(0)
    kind, options = OPTIMIZERS[name]
    variables = [keras.Variable(random.normal(0, 1, shape).astype(np.float32)) for shape in ((3, 4), (4,))]
    optimizer = getattr(keras.optimizers, kind)(learning_rate=0.01, **options)
    optimizer.build(variables)
    if fused:
        fuse_update(optimizer)
    step = tf.function(lambda *gradients: optimizer.apply(list(gradients), variables))
    for number in range(steps):
        optimizer.learning_rate.assign(0.01 * (number + 1))
        step(*(tf.constant(random.normal(0, 1, variable.shape), tf.float32) for variable in variables))
    return [variable.numpy() for variable in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_variables_and_slots_are_keras_own(name):
    """But for the digits of 1 − β2, which the kernel forms in float32: 5e-5 of Adam's second slot and of its steps."""
    adam = name.startswith("adam")
    for one, other in zip(trained(name, True), trained(name, False), strict=True):
        np.testing.assert_allclose(one, other, rtol=5e-5 if adam else 1e-6, atol=5e-6 if adam else 1e-7)


@pytest.mark.parametrize(("kind", "options"), [("RMSprop", {}), ("SGD", {}), ("Adam", {"amsgrad": True})])
def test_others_are_left_alone(kind, options):
    import keras

    optimizer = getattr(keras.optimizers, kind)(**options)
    fuse_update(optimizer)
    assert "update_step" not in vars(optimizer)


@pytest.mark.parametrize("name", ["adam", "adamw", "momentum"])
def test_it_is_one_kernel(name):
    import keras
    import tensorflow as tf

    kind, options = OPTIMIZERS[name]
    variable = keras.Variable(np.zeros(3, np.float32))
    optimizer = getattr(keras.optimizers, kind)(**options)
    optimizer.build([variable])
    fuse_update(optimizer)
    graph = tf.function(lambda gradient: optimizer.apply([gradient], [variable])).get_concrete_function(
        tf.TensorSpec(3, tf.float32)
    )
    kinds = [operation.type for operation in graph.graph.get_operations()]
    assert sum(kind.startswith("ResourceApply") for kind in kinds) == 1
