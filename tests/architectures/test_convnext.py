"""ConvNeXt: the published size, its block, and LayerScale from a standard layer."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.convnext import ConvNeXtOptions
from imgcls.recipe import Choice


@pytest.fixture(scope="module")
def model():
    return build_model(Choice(name="convnext"), (28, 28, 1), 10, seed=0)


def test_the_papers_tiny_network_has_28589128_parameters():
    entry = ARCHITECTURES.get("convnext")
    options = ConvNeXtOptions(width=96, depth=3, patch=4)
    assert entry.parameters(options, (224, 224, 3), 1000) == 28_589_128


def test_a_network_of_that_shape_is_counted_right():
    options = {"width": 8, "depth": 3, "patch": 4}
    model = build_model(Choice(name="convnext", **options), (17, 9, 3), 6, seed=0)
    count = ARCHITECTURES.get("convnext").parameters(ConvNeXtOptions(**options), (17, 9, 3), 6)
    assert count == model.count_params()
    assert [
        sum(f"stage_{stage}" in layer.name and layer.name.endswith("_add") for layer in model.layers)
        for stage in (1, 2, 3, 4)
    ] == [3, 3, 9, 3]


def test_stages_halve_and_double(model):
    maps = [tuple(model.get_layer(f"stage_{stage}_block_1_add").output.shape[1:]) for stage in (1, 2, 3, 4)]
    assert maps == [(14, 14, 32), (7, 7, 64), (4, 4, 128), (2, 2, 256)]


def test_the_order_within_a_block(model):
    names = [layer.name for layer in model.layers if layer.name.startswith("stage_2_block_1")]
    parts = ("depthwise_conv", "norm", "expand", "gelu", "project", "layer_scale", "add")
    assert names == [f"stage_2_block_1_{part}" for part in parts]
    assert model.get_layer("stage_2_block_1_expand").units == 4 * 64
    assert model.get_layer("stage_2_block_1_depthwise_conv").kernel_size == (7, 7)


def test_layer_scale_is_one_factor_a_channel_and_starts_at_a_millionth(model):
    import keras

    layer = model.get_layer("stage_2_block_1_layer_scale")
    (gamma,) = layer.get_weights()
    np.testing.assert_array_equal(gamma, np.full(64, 1e-6, np.float32))
    gamma = np.random.default_rng(0).random(64).astype(np.float32)
    layer.set_weights([gamma])
    both = keras.Model(model.input, [layer.input, layer.output])
    images = np.random.default_rng(1).random((2, 28, 28, 1)).astype(np.float32)
    before, after = (np.asarray(one) for one in both(images, training=False))
    np.testing.assert_allclose(after, before * gamma, rtol=1e-6)
    layer.set_weights([np.full(64, 1e-6, np.float32)])


def test_at_the_start_every_block_is_nearly_the_identity(model):
    import keras

    ends = [model.get_layer(name).output for name in ("stem_norm", "stage_1_block_1_add")]
    images = np.random.default_rng(1).random((2, 28, 28, 1)).astype(np.float32)
    before, after = (np.asarray(one) for one in keras.Model(model.input, ends)(images, training=False))
    np.testing.assert_allclose(before, after, atol=1e-4)
    assert not np.array_equal(before, after)
