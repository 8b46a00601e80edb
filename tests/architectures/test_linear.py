"""Softmax regression: one template a class."""

from __future__ import annotations

import numpy as np

from imgcls.architectures import build_model
from imgcls.recipe import Choice


def test_a_score_is_pixels_times_template():
    model = build_model(Choice(name="linear"), (28, 28, 1), 10, seed=0)
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Flatten", "Dense"]
    assert model.count_params() == 28 * 28 * 10 + 10
    images = np.random.default_rng(0).random((3, 28, 28, 1)).astype(np.float32)
    templates, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(
        np.asarray(model(images, training=False)), images.reshape(3, -1) @ templates + bias, rtol=1e-4, atol=1e-5
    )
