"""Eigen-CAM: golden values up to sign, and the sign."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import Status, explain
from tests.explain.nets import assert_golden, explain_golden, gap_net, pictures, raws


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "eigen-cam", layer), f"{net}/eigen-cam/{layer}", either_sign=True)


def test_it_knows_of_no_class_and_says_so():
    model = gap_net()
    one, other = (explain(model, pictures(model), target, "eigen-cam") for target in (0, 2))
    np.testing.assert_array_equal(raws(one), raws(other))
    for found in one:
        assert found.status == Status.NOT_CLASS_SPECIFIC
        assert found.drawn
        assert found.map.max() == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_what_stands_out_is_bright(sign):
    # the same map, whatever the signs that the decomposition happens to choose
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(2, 1, name="map")(inputs)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    weights = model.get_layer("map").get_weights()
    model.get_layer("map").set_weights([np.array([[[[3.0, sign]]]]), weights[1]])
    image = np.zeros((1, 8, 8, 1), np.float32)
    image[0, 2:4, 5:7] = 1
    (found,) = explain(model, image, 0, "eigen-cam", "map")
    assert found.raw[2:4, 5:7].min() > 0 > np.delete(found.raw, [2, 3], axis=0).max()
    np.testing.assert_array_equal(found.map > 0, image[0, ..., 0] > 0)


def test_a_map_that_is_the_same_everywhere_has_no_component():
    model = gap_net()
    for found in explain(model, np.full((1, 8, 8, 2), 0.5, np.float32), 0, "eigen-cam"):
        assert np.isfinite(found.raw).all()
        assert found.status == Status.NO_EFFECT
        assert not found.map.any()
