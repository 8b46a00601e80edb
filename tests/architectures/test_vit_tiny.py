"""The vision transformer: the published size, its tokens, and its positions from a standard layer."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.vit_tiny import ViTOptions
from imgcls.errors import RecipeError
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_recipe

SMALL = {"depth": 2, "heads": 2, "head_width": 8}


def built(shape=(28, 28, 1), **options):
    return build_model(Choice(name="vit-tiny", **{**SMALL, **options}), shape, 10, seed=0)


def test_vit_ti_has_the_published_parameters():
    """timm's vit_tiny_patch16_224: 5,717,416. Here class token and its position are one vector; the bias of
    the patches (192) is in the table, and the table's layer has a factor for each channel (192)."""
    entry = ARCHITECTURES.get("vit-tiny")
    options = ViTOptions(patch=16, depth=12, heads=3, head_width=64)
    assert entry.parameters(options, (224, 224, 3), 1000) == 5_717_416 - 192


@pytest.mark.parametrize("pooling", ["token", "average"])
def test_options_change_what_they_name(pooling):
    options = {**SMALL, "patch": 5, "pooling": pooling, "dropout": 0.1}
    model = built((28, 23, 3), **options)
    tokens = 6 * 5 + (pooling == "token")
    assert tuple(model.get_layer("positions").output.shape[1:]) == (tokens, 16)
    assert ARCHITECTURES.get("vit-tiny").parameters(ViTOptions(**options), (28, 23, 3), 10) == model.count_params()
    assert sum(type(layer).__name__ == "MultiHeadAttention" for layer in model.layers) == 2
    assert sum(type(layer).__name__ == "Dropout" for layer in model.layers) == 4


def test_the_class_token_is_the_first_row_of_the_table():
    import keras

    model = built()
    table = model.get_layer("positions")
    factor, bias = table.get_weights()
    assert bias.shape == (50, 16)
    np.testing.assert_array_equal(factor, np.ones(16))
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype(np.float32)
    ends = [model.get_layer("patches").output, table.output]
    patches, tokens = (np.asarray(one) for one in keras.Model(model.input, ends)(images, training=False))
    np.testing.assert_array_equal(tokens[:, 0], np.stack([bias[0]] * 2))
    np.testing.assert_allclose(tokens[:, 1:], patches.reshape(2, 49, 16) + bias[1:], rtol=1e-5, atol=1e-6)


def test_the_scores_come_from_the_class_token_alone():
    import keras

    model = built()
    ends = [model.get_layer(name).output for name in ("last_norm", "flatten")]
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype(np.float32)
    tokens, taken = (np.asarray(one) for one in keras.Model(model.input, ends)(images, training=False))
    np.testing.assert_array_equal(taken, tokens[:, 0])


@pytest.mark.parametrize("pooling", ["token", "average"])
def test_without_positions_the_order_of_patches_does_not_matter(pooling):
    model = built(pooling=pooling)
    table = model.get_layer("positions")
    image = np.random.default_rng(0).random((1, 28, 28, 1)).astype(np.float32)
    rolled = np.roll(image, 4, axis=2)  # by one patch: the same patches in other places
    differs = np.abs(np.subtract(*(np.asarray(model(one, training=False)) for one in (image, rolled)))).max()
    factor, bias = table.get_weights()
    table.set_weights([factor, np.zeros_like(bias)])
    same = np.abs(np.subtract(*(np.asarray(model(one, training=False)) for one in (image, rolled)))).max()
    assert same < 1e-5 < differs


def test_too_many_patches_are_refused_before_there_is_a_run():
    with pytest.raises(RecipeError, match=r"at most 400 patches\. Patches of 4 pixels cut the image into 784"):
        build_model(Choice(name="vit-tiny"), (112, 112, 3), 10, seed=0)
    check_recipe(Recipe(architecture=Choice(name="vit-tiny", patch=2)))
    assert ARCHITECTURES.get("vit-tiny").check is not None
