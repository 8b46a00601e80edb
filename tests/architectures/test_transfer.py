"""Transfer: where a body's blocks begin, what is frozen, and that what is frozen stays what it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imgcls.architectures import build_model
from imgcls.architectures.transfer import TransferOptions, fitted, freeze, learned_variables, parts
from imgcls.recipe import Choice

LITE0 = Choice(name="efficientnet-lite0", side=32)


def names(block: tuple[Any, ...]) -> list[str]:
    return [layer.name for layer in block]


def chained(*made: Any) -> Any:
    """A model of layers one after the other, with a head for two classes."""
    import keras

    x = image = keras.Input((8, 8, 3))
    for layer in made:
        x = layer(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, keras.layers.Dense(2, name="logits")(x))


# -- parts


@pytest.mark.parametrize(
    ("choice", "shape", "count"),
    [
        (LITE0, (32, 32, 3), 18),  # stem, 16 blocks, head convolution
        (Choice(name="resnet-20"), (32, 32, 3), 10),  # stem, 9 blocks
        (Choice(name="plain-20"), (32, 32, 3), 10),  # the same names without the skips
        (Choice(name="mobilenet-v2"), (32, 32, 3), 19),
        (Choice(name="seed-cnn"), (28, 28, 1), 3),  # two convolutions and a dense layer
    ],
)
def test_blocks_are_those_that_the_paper_draws(choice, shape, count):
    model = build_model(choice, shape, 3, seed=0)
    found = parts(model)
    assert len(found.blocks) == count
    layers = [layer for block in found.blocks for layer in block]
    assert [*layers, *found.head] == model.layers
    assert layers[-1] is found.features


def test_between_two_blocks_there_is_one_tensor():
    model = build_model(Choice(name="resnet-20"), (32, 32, 3), 3, seed=0)
    blocks = parts(model).blocks
    home = {layer.name: place for place, block in enumerate(blocks) for layer in block}
    for place, block in enumerate(blocks[1:], 1):
        sources = set()
        for layer in block:
            tensors = layer.input if isinstance(layer.input, list) else [layer.input]
            sources |= {tensor._keras_history.operation.name for tensor in tensors}
        assert len([name for name in sources if home[name] < place]) == 1


def test_normalisation_before_a_blocks_kernels_is_its_own():
    from keras import layers

    model = chained(
        layers.Conv2D(4, 3, name="stem"),
        layers.BatchNormalization(name="conv2_block1_preact_bn"),
        layers.ReLU(name="conv2_block1_preact_relu"),
        layers.Conv2D(4, 1, name="conv2_block1_1_conv"),
        layers.BatchNormalization(name="post_bn"),
    )
    stem, block = parts(model).blocks
    assert names(stem)[1:] == ["stem"]
    assert names(block) == [
        *("conv2_block1_preact_bn", "conv2_block1_preact_relu", "conv2_block1_1_conv", "post_bn", "average"),
    ]


@pytest.mark.parametrize(
    ("layer_names", "blocks"),
    [
        (["block1a_project_conv", "block1a_other", "block1b_project_conv"], 2),
        (["conv2_block1_0_bn", "conv2_block1_1_conv", "conv2_block10_0_conv"], 2),
        (["expanded_conv_depthwise", "expanded_conv_project", "block_1_expand"], 2),
        (["stage_1_block_2_conv", "stage_1_block_2_more", "stage_2_block_2_conv"], 2),
        (["conv_1", "conv_2", "conv_3"], 3),
        (["blocking", "blockade"], 2),
    ],
)
def test_a_block_is_known_by_its_layers_names(layer_names, blocks):
    from keras import layers

    made = [layers.Conv2D(4, 3, padding="same", name=name) for name in layer_names]
    assert len(parts(chained(*made)).blocks) == blocks


def test_what_has_no_weights_waits_for_the_first_kernels():
    from keras import layers

    model = chained(layers.Rescaling(2.0), layers.Resizing(4, 4), layers.Conv2D(4, 3, name="block_1_conv"))
    assert len(parts(model).blocks) == 1


def test_the_head_is_the_dense_layer_and_its_dropout():
    found = parts(build_model(LITE0, (32, 32, 3), 3, seed=0))
    assert found.features.name == "average"
    assert names(found.head) == ["dropout", "logits"]


# -- freeze


class Frozen(TransferOptions):
    """As an architecture's own options, with no weights to ask for."""


@pytest.mark.parametrize(("count", "frozen"), [(0, 18), (1, 17), (3, 15), (18, 0), (100, 0)])
def test_trainable_blocks_count_from_the_head(count, frozen):
    model = build_model(LITE0.model_copy(update={"weights": "none"}), (32, 32, 3), 3, seed=0)
    freeze(model, Frozen(trainable_blocks=count))
    found = parts(model)
    state = [{layer.trainable for layer in block} for block in found.blocks]
    assert state == [{False}] * frozen + [{True}] * (18 - frozen)
    assert all(layer.trainable for layer in found.head)


def test_random_weights_are_never_frozen():
    model = build_model(Choice(name="efficientnet-lite0", side=32, weights="none"), (32, 32, 3), 3, seed=0)
    assert all(layer.trainable for layer in model.layers)


def test_frozen_batch_norm_stays_in_inference_mode_and_its_statistics_stay():
    import keras

    model = build_model(LITE0, (32, 32, 3), 3, seed=0)
    body = keras.Model(model.inputs[0], parts(model).features.output)
    images = np.random.default_rng(0).normal(3.0, 5.0, (8, 32, 32, 3)).astype(np.float32)
    before = [weight.numpy().copy() for weight in body.weights]
    as_in_training = np.asarray(body(images, training=True))
    np.testing.assert_allclose(as_in_training, np.asarray(body(images, training=False)), rtol=1e-6, atol=1e-6)
    for old, weight in zip(before, body.weights, strict=True):
        np.testing.assert_array_equal(old, weight.numpy())


def test_batch_norm_of_a_trainable_block_learns_and_that_of_a_frozen_one_does_not():
    model = build_model(LITE0.model_copy(update={"trainable_blocks": 1}), (32, 32, 3), 3, seed=0)
    images = np.random.default_rng(0).normal(3.0, 5.0, (8, 32, 32, 3)).astype(np.float32)
    before = {weight.path: weight.numpy().copy() for weight in model.weights}
    model(images, training=True)
    changed = {weight.path for weight in model.weights if not np.array_equal(before[weight.path], weight.numpy())}
    assert changed == {"head_bn/moving_mean", "head_bn/moving_variance"}


def test_what_learns_is_all_but_the_frozen_with_the_statistics_of_what_learns():
    model = build_model(LITE0.model_copy(update={"trainable_blocks": 1}), (32, 32, 3), 3, seed=0)
    found = [variable.path for variable in learned_variables(model)]
    statistics = [f"head_bn/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")]
    assert [path for path in found if "seed" not in path] == [
        "head_conv/kernel",
        *statistics,
        "logits/kernel",
        "logits/bias",
    ]


# -- fitted


@pytest.mark.parametrize(
    ("shape", "side", "channels", "wanted"),
    [((28, 28, 1), 32, 3, 3), ((32, 32, 3), 32, 3, 3), ((40, 20, 3), 32, 1, 1), ((32, 32, 1), 32, 1, 1)],
)
def test_images_become_what_the_body_takes(shape, side, channels, wanted):
    import keras

    image = keras.Input(shape)
    x = fitted(image, side, channels)
    assert tuple(x.shape) == (None, side, side, wanted)
    assert (x is image) == (shape == (side, side, channels))


def test_colour_becomes_grey_by_its_luma():
    import keras

    image = keras.Input((4, 4, 3))
    model = keras.Model(image, fitted(image, 4, 1))
    red_green_blue = np.eye(3, dtype=np.float32)[:, None, None, :].repeat(4, 1).repeat(4, 2)
    found = np.asarray(model(red_green_blue, training=False))[:, 0, 0, 0]
    np.testing.assert_allclose(found, [0.299, 0.587, 0.114], atol=1e-6)
    assert not model.trainable_weights
