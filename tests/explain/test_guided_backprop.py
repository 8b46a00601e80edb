"""Guided backpropagation: golden values. What passes a Relu and a Relu6 is worked out by hand in `test_engine`."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import Status, explain
from tests.explain.nets import assert_golden, explain_golden, pictures, raws


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_raw_maps_are_those_of_captum(net):
    assert_golden(explain_golden(net, "guided-backprop"), f"{net}/guided-backprop")


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_it_is_not_saliency_and_never_negative(net):
    ours, plain = raws(explain_golden(net, "guided-backprop")), raws(explain_golden(net, "saliency"))
    assert ours.min() >= 0
    assert not np.allclose(ours, plain, atol=1e-2 * plain.max())


def net(activation):
    keras.utils.set_random_seed(3)
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = activation()(x)
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))


@pytest.mark.parametrize(
    ("activation", "guided"),
    [
        (layers.ReLU, True),
        (lambda: layers.ReLU(6.0), True),
        (lambda: layers.Activation("relu"), True),
        (lambda: layers.Activation("relu6"), True),
        (lambda: layers.Activation("gelu"), False),
    ],
    ids=["layer", "layer of 6", "relu", "relu6", "gelu"],
)
def test_it_catches_every_relu_and_says_where_there_is_none(activation, guided):
    model = net(activation)
    found, plain = (explain(model, pictures(model), 1, known) for known in ("guided-backprop", "saliency"))
    if guided:
        assert not np.allclose(raws(found), raws(plain))
    else:
        assert {each.status for each in found} == {Status.NO_RELU}
