"""Parameters by sizes: each formula against the layer itself."""

from __future__ import annotations

import pytest

from imgcls.architectures import counting


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kernel", "channels", "outputs"), [(1, 1, 1), (3, 5, 7), (4, 3, 2)])
def test_formulas_are_those_of_the_layers(kernel, channels, outputs, bias):
    from keras import layers

    def built(layer, *shape):
        layer.build((None, *shape))
        return layer.count_params()

    image = (9, 9, channels)
    conv = layers.Conv2D(outputs, kernel, use_bias=bias)
    assert counting.convolution(kernel, channels, outputs, bias) == built(conv, *image)
    assert counting.depthwise(kernel, channels, bias) == built(layers.DepthwiseConv2D(kernel, use_bias=bias), *image)
    assert counting.dense(channels, outputs, bias) == built(layers.Dense(outputs, use_bias=bias), channels)
    assert counting.batch_norm(channels) == built(layers.BatchNormalization(), *image)
    assert counting.layer_norm(channels) == built(layers.LayerNormalization(), *image)


def test_by_hand():
    assert counting.convolution(3, 2, 4) == 3 * 3 * 2 * 4 + 4
    assert counting.depthwise(7, 10) == 7 * 7 * 10 + 10
    assert counting.dense(784, 10) == 7_850
