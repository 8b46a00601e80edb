"""HiResCAM: golden values, and what its paper proves of it."""

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
    assert_golden(explain_golden(net, "hirescam", layer), f"{net}/hirescam/{layer}")


def flat_net():
    inputs = keras.Input((8, 7, 1))
    x = layers.Conv2D(3, 3, activation="relu")(inputs)
    return keras.Model(inputs, layers.Dense(3, bias_initializer="ones")(layers.Flatten()(x)))


@pytest.mark.parametrize("build", [gap_net, flat_net])
def test_before_one_linear_layer_it_sums_to_the_logit_without_its_bias(build):
    keras.utils.set_random_seed(0)
    model = build()
    bias = model.layers[-1].get_weights()[1]
    for found in explain(model, pictures(model), [0, 1, 2, 0], "hirescam"):
        assert found.raw.sum() == pytest.approx(found.logits[found.target] - bias[found.target], rel=1e-4, abs=1e-5)


def test_with_global_pooling_it_is_grad_cam():
    keras.utils.set_random_seed(0)
    model = gap_net()
    ours, other = (raws(explain(model, pictures(model), 1, known)) for known in ("hirescam", "grad-cam"))
    np.testing.assert_allclose(ours, other, rtol=1e-5, atol=1e-6)


def test_a_place_that_the_score_does_not_use_gets_nothing_where_grad_cam_marks_it():
    # the reason for the method (figure 1 of its paper): the score uses the left half only
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4, 6, 1))
    x = layers.Conv2D(2, 1, activation="relu", bias_initializer="ones", name="map")(inputs)
    left = layers.Cropping2D(((0, 0), (0, 3)))(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(left)))
    for found in explain(model, pictures(model), 0, "hirescam", "map"):
        assert not found.raw[:, 3:].any()
        assert found.raw[:, :3].any()
    assert raws(explain(model, pictures(model), 0, "grad-cam", "map"))[:, :, 3:].any()
