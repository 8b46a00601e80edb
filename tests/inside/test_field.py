"""Receptive fields: outside them nothing changes a value, and they are no larger than that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.inside.field import seen_from
from imgcls.recipe import Choice

SIDE = 32


def network(name: str) -> Any:
    model = build_model(Choice(name=name), (SIDE, SIDE, 3), 10, 0)
    random = np.random.default_rng(0)
    model.set_weights([weight + random.uniform(0.01, 0.1, weight.shape) for weight in model.get_weights()])
    return model


def values(model: Any, layer: str, pictures: np.ndarray, row: int, column: int) -> np.ndarray:
    import keras

    look = keras.Model(model.input, model.get_layer(layer).output)
    return np.asarray(look(pictures, training=False))[:, row, column]


@pytest.mark.parametrize(
    ("name", "layer", "row", "column"),
    [
        ("seed-cnn", "conv_1", 3, 29),
        ("seed-cnn", "pool_2", 2, 0),
        ("lenet-5", "s4", 1, 2),
        ("resnet-8", "stage_1_block_1_add", 16, 31),
        ("resnet-8", "stage_2_block_1_add", 2, 7),
        pytest.param("densenet", "block_1_layer_3_concat", 9, 5, marks=pytest.mark.slow),
        pytest.param("mobilenet-v2", "block_3_add", 4, 4, marks=pytest.mark.slow),
        pytest.param("convnext", "stage_1_block_1_add", 0, 8, marks=pytest.mark.slow),
        ("vit-tiny", "patches", 3, 5),
    ],
)
def test_what_lies_outside_changes_nothing_and_the_edge_does(name, layer, row, column):
    model = network(name)
    top, bottom, left, right = seen_from(model, layer, row, column)
    random = np.random.default_rng(1)
    pictures = np.repeat(random.uniform(0.3, 0.7, (1, SIDE, SIDE, 3)), 6, axis=0).astype(np.float32)
    outside = np.ones((SIDE, SIDE), bool)
    outside[top : bottom + 1, left : right + 1] = False
    assert outside.any(), "a field as large as the picture tests nothing"
    pictures[1][outside] = random.uniform(0, 1, (outside.sum(), 3))
    pictures[2, top] = 0.0
    pictures[3, bottom] = 1.0
    pictures[4, :, left] = 0.0
    pictures[5, :, right] = 1.0
    found = values(model, layer, pictures, row, column)
    np.testing.assert_array_equal(found[1], found[0])
    for number, edge in enumerate(("top", "bottom", "left", "right"), 2):
        assert np.abs(found[number] - found[0]).max() > 0, f"the {edge} edge belongs to it"


@pytest.mark.parametrize(
    ("name", "layer"), [("resnet-8", "average"), ("lenet-5", "logits"), ("vit-tiny", "block_1_attention")]
)
def test_what_mixes_all_places_sees_the_whole_picture(name, layer):
    assert seen_from(network(name), layer, 0, 0) == (0, 31, 0, 31)
