"""Pooling before the activation: the same losses and gradients as in the order that the layers have."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.training.late_activation import NEVER_FALL, late_activation


def network(**changes):
    """Two convolutions with their pooling; what is given changes the first of them."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(2)
    options = {"activation": "relu", "bias_initializer": "normal", "name": "first"} | changes
    x = inputs = keras.Input((13, 12, 2))
    x = layers.MaxPooling2D(2, name="first_pool")(layers.Conv2D(5, 3, **options)(x))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, use_bias=False, name="second")(x))
    x = layers.MaxPooling2D(2, padding="same", name="second_pool")(layers.ReLU(name="relu")(x))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))


def passed(model, late: bool):
    """Logits and gradients of a traced step."""
    import tensorflow as tf

    random = np.random.default_rng(0)
    images, wanted = random.normal(0, 1, (6, 13, 12, 2)).astype(np.float32), random.random((6, 3), np.float32)
    kinds = []

    def step():
        with tf.GradientTape() as tape:
            if late:
                with late_activation(model):
                    logits = model(images, training=True)
            else:
                logits = model(images, training=True)
            loss = tf.reduce_mean((logits - wanted) ** 2)
        return logits, tape.gradient(loss, model.trainable_variables)

    traced = tf.function(step)
    graph = traced.get_concrete_function().graph
    kinds = [operation.type for operation in graph.get_operations()]
    logits, gradients = traced()
    return logits.numpy(), [gradient.numpy() for gradient in gradients], kinds


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use_bias": False},
        {"activation": None},
        *({"activation": name} for name in sorted(NEVER_FALL - {"linear"})),
    ],
    ids=str,
)
def test_numbers_and_gradients_are_those_of_the_usual_order(changes):
    stock, late = passed(network(**changes), False), passed(network(**changes), True)
    np.testing.assert_allclose(late[0], stock[0], atol=1e-6)
    for one, other in zip(late[1], stock[1], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_order_is_another_and_then_the_old_one():
    model = network()
    before = {layer.name: vars(layer).get("call") for layer in model.layers}
    _, _, late = passed(model, True)
    _, _, stock = passed(model, False)
    assert stock.index("Relu") < stock.index("MaxPool")
    assert late.index("MaxPool") < late.index("Relu")
    assert {layer.name: vars(layer).get("call") for layer in model.layers} == before


@pytest.mark.parametrize("activation", ["gelu", "silu", "mish", "softmax"])
def test_what_falls_somewhere_stays_before_the_pooling(activation):
    model = network(activation=activation)
    call = model.get_layer("first_pool").call
    with late_activation(model):
        assert model.get_layer("first_pool").call == call
        assert model.get_layer("second_pool").call != call


def test_what_others_read_too_stays_as_it_is():
    import keras
    from keras import layers

    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 3, activation="relu", name="conv")(inputs)
    pooled = layers.Flatten()(layers.MaxPooling2D(2)(x))
    model = keras.Model(inputs, layers.Concatenate()([pooled, layers.Flatten()(x)]))
    with late_activation(model):
        assert "call" not in vars(model.get_layer("conv"))


def test_a_pooling_of_means_stays_behind_the_activation():
    import keras
    from keras import layers

    inputs = keras.Input((8, 8, 2))
    model = keras.Model(inputs, layers.AveragePooling2D(2)(layers.Conv2D(3, 3, activation="relu", name="conv")(inputs)))
    with late_activation(model):
        assert "call" not in vars(model.get_layer("conv"))
