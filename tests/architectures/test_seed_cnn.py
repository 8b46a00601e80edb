"""The article's network, number for number."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.recipe import Choice


@pytest.fixture(scope="module")
def model():
    return build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, seed=0)


def test_has_the_articles_layers_and_121930_parameters(model):
    listing = [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers]
    assert listing == [
        ("InputLayer", (28, 28, 1), 0),
        ("Conv2D", (26, 26, 32), 320),
        ("MaxPooling2D", (13, 13, 32), 0),
        ("Conv2D", (11, 11, 64), 18_496),
        ("MaxPooling2D", (5, 5, 64), 0),
        ("Flatten", (1600,), 0),
        ("Dense", (64,), 102_464),
        ("Dense", (10,), 650),
    ]
    assert model.count_params() == 121_930


def test_rectifies_after_every_layer_but_the_last(model):
    assert [layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")] == [
        "relu",
        "relu",
        "relu",
        "linear",
    ]


def test_computes_what_the_layers_say(model):
    """The first convolution and the head by hand."""
    import keras

    image = np.random.default_rng(0).random((1, 28, 28, 1)).astype(np.float32)
    names = ["conv_1", "dense_1", "logits"]
    maps = keras.Model(model.input, [model.get_layer(name).output for name in names])(image, training=False)
    first, hidden, logits = (np.asarray(one) for one in maps)
    kernel, bias = (np.asarray(weight) for weight in model.get_layer("conv_1").get_weights())
    wanted = max(0.0, float((image[0, 4:7, 9:12, 0] * kernel[:, :, 0, 5]).sum() + bias[5]))
    assert first[0, 4, 9, 5] == pytest.approx(wanted, abs=1e-5)
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(logits, hidden @ kernel + bias, rtol=1e-4, atol=1e-5)
