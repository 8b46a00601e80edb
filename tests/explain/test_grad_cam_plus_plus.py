"""Grad-CAM++: golden values, and the formula where the gradient is the same everywhere."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from imgcls.explain import Status, explain
from tests.explain.nets import assert_golden, change_head, explain_golden, gap_net, pictures


@pytest.mark.parametrize("net", ["gap", "flatten"])
@pytest.mark.parametrize("layer", ["first", "last"])
def test_raw_maps_are_those_of_pytorch_grad_cam(net, layer):
    assert_golden(explain_golden(net, "grad-cam++", layer), f"{net}/grad-cam++/{layer}")


def test_with_global_pooling_the_weight_of_a_channel_is_known():
    # gₖ = wₖ/N everywhere, so α = 1 / (2 + gₖ ΣAₖ) and the weight is N · α · max(gₖ, 0)
    keras.utils.set_random_seed(0)
    model = gap_net()
    images = pictures(model)
    maps = keras.Model(model.inputs[0], model.get_layer("map").output)(images, training=False).numpy()
    kernel, _ = model.layers[-1].get_weights()
    for found, activations in zip(explain(model, images, [2, 0, 1, 2], "grad-cam++"), maps, strict=True):
        gradient = kernel[:, found.target] / 36
        weights = 36 * np.maximum(gradient, 0) / (2 + gradient * activations.sum(axis=(0, 1)))
        np.testing.assert_allclose(found.raw, activations @ weights, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("times", [1e-12, 1e4, 1e9])
def test_logits_of_any_size_do_no_harm(times):
    # e^S is infinite from 88 on, and its square and cube vanish far below 1
    model = gap_net()
    change_head(model, lambda kernel, bias: [np.abs(kernel) * times, bias])
    for found in explain(model, pictures(model), 0, "grad-cam++"):
        assert found.status == Status.OK
        assert np.isfinite(found.raw).all()
