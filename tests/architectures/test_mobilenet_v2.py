"""MobileNetV2: the published size, and the strides of small images."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.measure import costs
from imgcls.architectures.mobilenet_v2 import MobileNetV2Options, divisible
from imgcls.recipe import Choice


@pytest.fixture(scope="module")
def model():
    return build_model(Choice(name="mobilenet-v2", width=1.0), (32, 32, 3), 1000, seed=0)


def test_the_papers_network_has_3504872_parameters(model):
    assert costs(model)["trainable_parameters"] == 3_504_872
    # and with the moving statistics, as Keras counts its own MobileNetV2
    assert model.count_params() == 3_538_984


@pytest.mark.parametrize("width", [0.35, 0.5, 0.75, 1.3, 1.4])
def test_every_width_is_as_large_as_kerass_own(width):
    import keras

    own = keras.applications.MobileNetV2((96, 96, 3), alpha=width, weights=None, classes=10)
    entry = ARCHITECTURES.get("mobilenet-v2")
    assert entry.parameters(MobileNetV2Options(width=width), (96, 96, 3), 10) == own.count_params()


def test_32_pixels_are_halved_three_times(model):
    sides = [model.get_layer(f"block_{place}_project_norm").output.shape[1] for place in range(1, 18)]
    assert sides == [32] * 3 + [16] * 3 + [8] * 7 + [4] * 4


def test_where_the_shape_stays_the_input_is_added(model):
    added = [int(layer.name.split("_")[1]) for layer in model.layers if layer.name.endswith("_add")]
    assert added == [3, 5, 6, 8, 9, 10, 12, 13, 15, 16]


def test_the_narrow_ends_have_no_activation(model):
    for place in range(1, 18):
        following = model.get_layer(f"block_{place}_project_norm")._outbound_nodes
        assert all("relu" not in node.operation.name for node in following)


@pytest.mark.parametrize(
    ("channels", "rounded"), [(3, 8), (8, 8), (11.2, 16), (12, 16), (16.0, 16), (44.8, 48), (91, 88)]
)
def test_channels_are_multiples_of_8(channels, rounded):
    assert divisible(channels) == rounded
