"""Residual and plain networks: the paper's figures, the names of the family, and what the switches change."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.measure import costs
from imgcls.errors import InputError, RecipeError, UnknownNameError
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_recipe

SHAPE = (32, 32, 3)


def built(name: str, seed: int = 0, shape=SHAPE, **options):
    return build_model(Choice(name=name, **options), shape, 10, seed)


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85)])
def test_parameters_are_the_papers(depth, millions):
    """Table 6 of the paper; the moving statistics are not counted there."""
    entry = ARCHITECTURES.get(f"resnet-{depth}")
    no_norm = entry.parameters(entry.options(batch_norm=False), SHAPE, 10)
    statistics = (entry.parameters(entry.options(), SHAPE, 10) - no_norm) // 2
    assert round((no_norm + statistics) / 1e6, 2) == millions


def test_resnet_20_by_hand():
    found = costs(built("resnet-20"))
    kernels = 27 * 16 + 6 * 144 * 16 + (144 * 32 + 5 * 288 * 32) + (288 * 64 + 5 * 576 * 64)
    assert found["trainable_parameters"] == kernels + 2 * (7 * 16 + 6 * 32 + 6 * 64) + 650 == 269_722
    stages = 1024 * (27 * 16 + 6 * 144 * 16) + 256 * (144 * 32 + 5 * 288 * 32) + 64 * (288 * 64 + 5 * 576 * 64)
    # 40.8 M, as often quoted, is with 1×1 convolutions in the two shortcuts: 2 · 131,072 more
    assert found["multiply_adds"] == stages + 640 == 40_551_040


@pytest.mark.parametrize("depth", [8, 20, 50])
def test_the_depth_is_the_number_of_layers_with_kernels(depth):
    layers = built(f"plain-{depth}", shape=(8, 8, 1)).layers
    assert sum(type(layer).__name__ in ("Conv2D", "Dense") for layer in layers) == depth


def test_three_stages_each_half_as_large_and_twice_as_wide():
    model = built("resnet-14")
    maps = [tuple(model.get_layer(f"stage_{stage}_block_2_relu_2").output.shape[1:]) for stage in (1, 2, 3)]
    assert maps == [(32, 32, 16), (16, 16, 32), (8, 8, 64)]


# -- the switches


def graph(model) -> dict[str, tuple[str, dict, list[str]]]:
    """Each layer: its class, its settings, and the names of the layers that it reads from."""
    found = {}
    for layer in model.layers:
        config = {key: value for key, value in layer.get_config().items() if key != "name"}
        for part in list(config):
            if isinstance(config[part], dict) and "config" in config[part]:
                config[part] = {"class": config[part]["class_name"], **(config[part]["config"] or {})}
                config[part].pop("seed", None)
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        before = [tensor._keras_history.operation.name for tensor in inputs] if layer is not model.layers[0] else []
        found[layer.name] = (type(layer).__name__, config, before)
    return found


def past(layers: dict, removed: set[str], name: str) -> str:
    """The layer that `name` stands for once `removed` are gone: an addition stands for its second branch."""
    while name in removed:
        name = layers[name][2][-1]
    return name


def assert_same_but_for(full: dict, less: dict, gone: set[str]) -> None:
    """`less` is `full` without the layers `gone`, whose place is taken by what they read."""
    assert set(full) - set(less) == gone
    assert set(less) <= set(full)
    for name, (kind, config, before) in less.items():
        assert (kind, config) == full[name][:2], name
        assert before == [past(full, gone, one) for one in full[name][2]], name


@pytest.mark.parametrize("norm", [True, False])
def test_skip_changes_exactly_the_skip_connections(norm):
    full, less = (graph(built("resnet-14", skip=skip, batch_norm=norm)) for skip in (True, False))
    added = {name for name in full if name.endswith(("_add", "_shortcut", "_shortcut_channels"))}
    kinds = sorted(full[name][0] for name in added)
    assert kinds == ["Add"] * 6 + ["MaxPooling2D"] * 2 + ["ZeroPadding2D"] * 2
    assert_same_but_for(full, less, added)


@pytest.mark.parametrize("skip", [True, False])
def test_batch_norm_changes_exactly_the_normalisations(skip):
    full, less = (graph(built("resnet-14", skip=skip, batch_norm=norm)) for norm in (True, False))
    gone = {name for name, (kind, *_) in full.items() if kind == "BatchNormalization"}
    assert len(gone) == 13
    assert_same_but_for(full, less, gone)


def test_one_seed_starts_all_four_variants_from_the_same_kernels():
    variants = [
        {weight.path: weight.numpy() for weight in built("resnet-8", 5, skip=skip, batch_norm=norm).weights}
        for skip, norm in itertools.product((True, False), repeat=2)
    ]
    kernels = [path for path in variants[0] if path.endswith("kernel")]
    assert len(kernels) == 8
    for other in variants[1:]:
        assert {path for path in other if path.endswith("kernel")} == set(kernels)
        assert all(np.array_equal(variants[0][path], other[path]) for path in kernels)


def test_plain_and_resnet_are_one_builder():
    assert graph(built("plain-8", skip=True)) == graph(built("resnet-8"))
    assert graph(built("resnet-8", skip=False)) == graph(built("plain-8"))


# -- the shortcut


@pytest.mark.parametrize("side", [8, 7])
def test_the_shortcut_keeps_every_second_pixel_and_adds_empty_channels(side):
    import keras

    model = built("resnet-8", shape=(side, side, 1))
    here, there = (
        model.get_layer(name).output for name in ("stage_1_block_1_relu_2", "stage_2_block_1_shortcut_channels")
    )
    image = np.random.default_rng(0).random((1, side, side, 1)).astype(np.float32)
    before, after = (np.asarray(one) for one in keras.Model(model.input, [here, there])(image, training=False))
    assert after.shape == (1, -(-side // 2), -(-side // 2), 32)
    np.testing.assert_array_equal(after[..., 8:24], before[:, ::2, ::2])
    assert not after[..., :8].any()
    assert not after[..., 24:].any()


def test_a_block_whose_convolutions_are_silent_is_the_identity():
    """What the paper is about: a deeper network can do at least what a shallower one can."""
    import keras

    model = built("resnet-8", batch_norm=False)
    block = model.get_layer("stage_1_block_1_conv_2")
    block.set_weights([np.zeros_like(block.get_weights()[0])])
    ends = [model.get_layer(name).output for name in ("stem_relu", "stage_1_block_1_relu_2")]
    image = np.random.default_rng(0).random((1, *SHAPE)).astype(np.float32)
    before, after = (np.asarray(one) for one in keras.Model(model.input, ends)(image, training=False))
    np.testing.assert_array_equal(before, after)


def test_kernels_start_as_he_says():
    kernel = built("resnet-20").get_layer("stage_3_block_3_conv_2").get_weights()[0]
    assert kernel.std() == pytest.approx((2 / (9 * 64)) ** 0.5, rel=0.02)


# -- the names


@pytest.mark.parametrize("name", ["resnet-8", "resnet-56", "plain-110", "resnet-200"])
def test_every_depth_of_the_family_answers(name):
    assert name in ARCHITECTURES
    entry = ARCHITECTURES.get(name)
    assert entry.name == name
    assert entry.title.lower() == name
    assert name not in ARCHITECTURES.names()
    check_recipe(Recipe(architecture=Choice(name=name)))


@pytest.mark.parametrize("depth", ["21", "0", "2", "7", "206", "9" * 50])
@pytest.mark.parametrize("family", ["resnet", "plain"])
def test_other_depths_are_refused_in_words(family, depth):
    words = r"depth must be 6n \+ 2, from 8 to 200: 8, 14, 20, 32, .* Received: " + depth[:6]
    with pytest.raises(RecipeError, match=words):
        check_recipe(Recipe(architecture=Choice(name=f"{family}-{depth}")))
    assert f"{family}-{depth}" not in ARCHITECTURES


@pytest.mark.parametrize("name", ["resnet-", "resnet-x", "resnet-020", "resnet--8", "resnet-20 ", "resnet-２０"])
def test_what_is_no_name_of_the_family_is_unknown(name):
    with pytest.raises(UnknownNameError, match=r"There is no architecture .*resnet-20"):
        ARCHITECTURES.get(name)
    assert name not in ARCHITECTURES


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_switches_are_true_or_false(value):
    with pytest.raises(InputError, match=r"“architecture\.skip” must be true or false"):
        check_recipe(Recipe(architecture=Choice(name="resnet-8", skip=value)))
