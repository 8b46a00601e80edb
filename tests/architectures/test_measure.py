"""Multiply-adds and memory against figures worked by hand or published."""

from __future__ import annotations

import pytest

from imgcls.architectures import build_model
from imgcls.architectures.measure import activation_bytes, costs, layer_costs, multiply_adds
from imgcls.recipe import Choice


def test_seed_cnn_by_hand():
    found = costs(build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, seed=0))
    numbers = 28 * 28 + 26 * 26 * 32 + 13 * 13 * 32 + 11 * 11 * 64 + 5 * 5 * 64 + 64 + 10  # flatten is a view
    assert found == {
        "parameters": 121_930,
        "trainable_parameters": 121_930,
        "multiply_adds": 26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 1600 * 64 + 64 * 10,
        "activation_bytes": 4 * numbers,
    }


def test_lenet_5_by_hand():
    found = costs(build_model(Choice(name="lenet-5"), (32, 32, 1), 10, seed=0))
    assert found["parameters"] == 61_706
    assert found["multiply_adds"] == 784 * 25 * 6 + 100 * 150 * 16 + 400 * 120 + 120 * 84 + 840 == 416_520


def test_half_precision_takes_half_the_memory():
    import keras

    full = costs(build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, 0))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        half = costs(build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, 0))
    finally:
        keras.config.set_dtype_policy("float32")
    assert half["multiply_adds"] == full["multiply_adds"]
    # but the image and the logits are float32
    assert half["activation_bytes"] == (full["activation_bytes"] + 4 * (784 + 10)) // 2


@pytest.mark.parametrize(
    ("name", "side", "millions", "figure"),
    [
        ("MobileNet", 224, 569, "the paper: 569 million"),
        ("MobileNetV2", 224, 300, "the paper: 300 million"),
        pytest.param("ResNet50", 224, 3_860, "the paper: 3.8 billion; its strides", marks=pytest.mark.slow),
        pytest.param("DenseNet121", 224, 2_834, "2.83 billion", marks=pytest.mark.slow),
    ],
)
def test_published_networks(name, side, millions, figure):
    import keras

    model = getattr(keras.applications, name)((side, side, 3), weights=None)
    assert costs(model)["multiply_adds"] / 1e6 == pytest.approx(millions, rel=0.01), figure


def one(layer, *shape):
    import keras

    layer(keras.Input(shape))
    return layer


def test_each_kind_of_layer_by_hand():
    from keras import layers

    cases = [
        (one(layers.Conv2D(8, 3, 2, "same"), 9, 7, 4), 5 * 4 * 9 * 4 * 8),
        (one(layers.Conv2D(8, 3, groups=2, padding="same"), 6, 6, 4), 36 * 9 * 2 * 8),
        (one(layers.DepthwiseConv2D(5, padding="same"), 6, 6, 4), 36 * 25 * 4),
        (one(layers.SeparableConv2D(8, 3, padding="same"), 6, 6, 4), 36 * (9 * 4 + 4 * 8)),
        (one(layers.Conv2DTranspose(8, 3, 2, "same"), 6, 6, 4), 36 * 9 * 4 * 8),
        (one(layers.Conv1D(8, 3, padding="same"), 10, 4), 10 * 3 * 4 * 8),
        (one(layers.Dense(8), 4), 32),
        (one(layers.Dense(8), 6, 5, 4), 30 * 32),
        (one(layers.EinsumDense("btd,de->bte", (10, 8)), 10, 4), 10 * 4 * 8),
        (one(layers.EinsumDense("bhwc,c->bhwc", (6, 5, 4)), 6, 5, 4), 6 * 5 * 4),
        (one(layers.MaxPooling2D(), 6, 6, 4), 0),
        (one(layers.BatchNormalization(), 6, 6, 4), 0),
    ]
    assert [multiply_adds(layer) for layer, _ in cases] == [wanted for _, wanted in cases]


def test_attention_by_hand():
    import keras
    from keras import layers

    tokens, heads, width = 10, 3, 4
    inputs = keras.Input((tokens, 12))
    layer = layers.MultiHeadAttention(heads, width)
    layer(inputs, inputs)
    dense, compared = 4 * tokens * 12 * heads * width, 2 * heads * tokens * tokens * width
    assert multiply_adds(layer) == dense + compared
    kept = tokens * 12 + 4 * tokens * heads * width + 2 * heads * tokens * tokens
    assert activation_bytes(layer) == 4 * kept


def test_rows_add_up_and_stand_in_the_order_of_the_graph():
    model = build_model(Choice(name="resnet-8"), (16, 16, 3), 5, seed=0)
    rows, total = layer_costs(model), costs(model)
    assert [row["name"] for row in rows] == [layer.name for layer in model.layers]
    for cost in ("parameters", "multiply_adds", "activation_bytes"):
        assert sum(row[cost] for row in rows) == total[cost]
    conv = next(row for row in rows if row["name"] == "stem_conv")
    assert (conv["kind"], conv["shape"], conv["parameters"]) == ("Conv2D", (16, 16, 16), 432)
