"""XGrad-CAM: golden values, and the axioms that it is named after."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import explain
from tests.explain.nets import assert_golden, explain_golden, gap_net, pictures, raws


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "xgrad-cam", layer), f"{net}/xgrad-cam/{layer}")


def test_with_global_pooling_it_is_grad_cam():
    keras.utils.set_random_seed(0)
    model = gap_net()
    ours, other = (raws(explain(model, pictures(model), 1, known)) for known in ("xgrad-cam", "grad-cam"))
    np.testing.assert_allclose(ours, other, rtol=1e-4, atol=1e-6)


def test_conservation_before_one_linear_layer():
    # axiom 2: the map's sum is the score, here all of it but the bias
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 7, 1))
    x = layers.Conv2D(3, 3, activation="relu", bias_initializer="ones")(inputs)
    model = keras.Model(inputs, layers.Dense(3, bias_initializer="ones")(layers.Flatten()(x)))
    for found in explain(model, pictures(model), [0, 1, 2, 0], "xgrad-cam"):
        assert found.raw.sum() == pytest.approx(found.logits[found.target] - 1, rel=1e-4, abs=1e-5)
    assert not np.allclose(found.raw, explain(model, pictures(model)[3:], 0, "grad-cam")[0].raw)


def test_a_silent_channel_has_no_weight():
    model = gap_net()
    kernel, bias = model.get_layer("map").get_weights()
    bias[1] = -100
    model.get_layer("map").set_weights([kernel, bias])
    for found in explain(model, pictures(model), 0, "xgrad-cam"):
        assert np.isfinite(found.raw).all()
        assert found.raw.any()
