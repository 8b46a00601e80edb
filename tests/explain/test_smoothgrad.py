"""SmoothGrad: what it becomes without noise, in a linear model, and where the gradient is known."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from imgcls.explain import explain
from tests.explain.nets import GOLDEN, TARGETS, golden_net, linear_net, pictures, raws


@pytest.mark.parametrize("net", ["gap", "flatten"])
def test_without_noise_it_is_saliency(net):
    model, images = golden_net(net), GOLDEN[f"{net}/images"]
    plain = raws(explain(model, images, TARGETS, "saliency"))
    smooth = raws(explain(model, images, TARGETS, "smoothgrad", options={"noise": 0, "samples": 40}))
    np.testing.assert_allclose(smooth, plain, rtol=1e-4, atol=1e-6 * plain.max())
    noisy = raws(explain(model, images, TARGETS, "smoothgrad", options={"noise": 0.3}))
    assert not np.allclose(noisy, plain, atol=1e-2 * plain.max())


def test_noise_does_not_change_a_linear_model():
    model, weights = linear_net()
    for found in explain(model, pictures(model), 1, "smoothgrad", options={"noise": 1}):
        np.testing.assert_allclose(found.raw, np.abs(weights[..., 1]).max(axis=-1), rtol=1e-5)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)])
def test_the_noise_is_normal_and_as_wide_as_asked(low, high):
    # relu(x − t): the mean gradient is the share of noisy copies above t, here one standard deviation away
    inputs = keras.Input((1, 1, 1))
    model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(layers.ReLU()(layers.Conv2D(1, 1)(inputs)))))
    middle, noise = (low + high) / 2, 0.2
    threshold = middle + noise * (high - low)
    model.set_weights([np.ones((1, 1, 1, 1)), np.array([-threshold]), np.ones((1, 1)), np.zeros(1)])
    (found,) = explain(
        model,
        np.full((1, 1, 1, 1), middle, np.float32),
        0,
        "smoothgrad",
        options={"noise": noise, "samples": 200},
        values=(low, high),
    )
    assert found.raw.item() == pytest.approx(0.159, abs=3 * np.sqrt(0.159 * 0.841 / 200))


def test_the_same_seed_the_same_noise():
    model, images = golden_net("flatten"), GOLDEN["flatten/images"]
    one, same, other = (raws(explain(model, images, 0, "smoothgrad", options={"seed": seed})) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
