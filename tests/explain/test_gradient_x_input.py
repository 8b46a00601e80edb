"""Gradient × input: golden values, a linear model."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.explain import explain
from tests.explain.nets import assert_golden, explain_golden, linear_net, pictures


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_raw_maps_are_those_of_captum(net):
    assert_golden(explain_golden(net, "gradient-x-input"), f"{net}/gradient-x-input")


def test_of_a_linear_model_it_is_weight_times_pixel_and_sums_to_the_logit():
    model, weights = linear_net()
    images, bias = pictures(model), model.layers[-1].get_weights()[1]
    for image, found in zip(images, explain(model, images, [0, 1, 2, 0], "gradient-x-input"), strict=True):
        np.testing.assert_allclose(found.raw, (weights[..., found.target] * image).sum(axis=-1), rtol=1e-4, atol=1e-6)
        assert found.raw.sum() == pytest.approx(found.logits[found.target] - bias[found.target], rel=1e-4, abs=1e-4)


def test_a_black_pixel_gets_nothing():
    model, _ = linear_net()
    images = pictures(model)
    images[:, 2, 3] = 0
    for found in explain(model, images, 0, "gradient-x-input"):
        assert found.raw[2, 3] == 0
        assert found.raw.any()
