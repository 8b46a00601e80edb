"""The inside of a network, as the worker tells it: held to the network itself, on every architecture."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.errors import InputError, UnknownNameError
from imgcls.inside.tested import MOST
from imgcls.models import TrainedModel, load_trained
from imgcls.recipe import Choice
from imgcls.workers import inside_operations
from imgcls.workers.inside_operations import (
    MAPS,
    SIDE,
    filter_likes,
    inside_kernels,
    inside_layer,
    inside_network,
    inside_tested,
    inside_unit,
)
from pages.components.inside_words import KINDS

LARGE = ("efficientnet-lite0", "applications/")
DEEP = (*LARGE, "densenet", "mobilenet-v2")
NAMES = [
    pytest.param(one.name, marks=pytest.mark.slow if one.name.startswith(DEEP) else [])
    for one in ARCHITECTURES
    if one.name != "from-run" and not one.name.startswith("applications/")
]


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 1), np.uint8)


@pytest.fixture(autouse=True)
def _tested_anew():
    """A test may change the weights of a network; nothing that was measured before holds then."""
    inside_operations._tested.clear()


def test_the_layers_in_their_order_with_their_strongest_maps(tiny_run, image):
    facts, arrays = inside_network({"model": tiny_run.id}, {"image": image})
    json.dumps(facts)
    names = [layer["name"] for layer in facts["layers"]]
    assert names == ["conv_1", "pool_1", "conv_2", "pool_2", "flatten", "dense_1", "logits"]
    assert facts["layers"][2]["inputs"] == ["pool_1"]
    assert [layer["apart"] for layer in facts["layers"][:5]] == ["sum", "largest", "sum", "largest", "copied"]
    assert arrays["maps"].shape == (7, SIDE, SIDE), "also of what has no maps"
    assert sum(layer["parameters"] for layer in facts["layers"]) == 121_930
    _, layer = inside_layer({"model": tiny_run.id, "layer": "conv_1"}, {"image": image})
    shown = layer["maps"][..., 0]
    quantised = np.rint(128 + 127 * shown / np.abs(shown).max())
    assert set(np.unique(arrays["maps"][0])) == set(np.unique(quantised)), "every pixel of 26 is drawn on 48"
    np.testing.assert_allclose(arrays["logits"], load_trained(tiny_run.id).logits(image[None])[0], atol=1e-5)


def test_a_layer_is_what_the_network_computes(tiny_run, image):
    import keras

    trained = load_trained(tiny_run.id)
    model = keras.Model(trained.keras_model.input, trained.keras_model.get_layer("conv_2").output)
    wanted = np.asarray(model(trained.inputs(image[None]), training=False))[0]
    asked = {"model": tiny_run.id, "layer": "conv_2"}
    facts, arrays = inside_layer({**asked, "order": "number"}, {"image": image})
    np.testing.assert_allclose(arrays["maps"], wanted, atol=1e-6)
    assert arrays["numbers"].tolist() == list(range(64))
    assert (facts["lowest"], facts["highest"]) == pytest.approx((wanted.min(), wanted.max()))
    _, arrays = inside_layer(asked, {"image": image})
    sizes = np.abs(arrays["maps"]).mean(axis=(0, 1))
    assert (np.diff(sizes) <= 1e-6).all(), "the strongest first"
    np.testing.assert_allclose(arrays["maps"], wanted[..., arrays["numbers"]], atol=1e-6)


def test_units_without_a_place(tiny_run, image):
    facts, arrays = inside_layer({"model": tiny_run.id, "layer": "logits"}, {"image": image})
    assert arrays["maps"].shape == (1, 1, 10)
    wanted = load_trained(tiny_run.id).logits(image[None])[0]
    np.testing.assert_allclose(arrays["maps"][0, 0], wanted[arrays["numbers"]], atol=1e-5)
    assert facts["count"] == 10


def test_dead_units_by_hand(tiny_run, monkeypatch):
    """A filter whose kernel and bias are below zero sees pictures that are not: it answers nothing, ever."""
    trained = load_trained(tiny_run.id)
    layer = trained.keras_model.get_layer("conv_1")
    kernel, bias = (np.array(value) for value in layer.get_weights())
    before, _ = inside_tested({"model": tiny_run.id}, {})
    json.dumps(before)
    changed, lower = kernel.copy(), bias.copy()
    changed[..., :8], lower[:8] = -1.0, -1.0
    try:
        layer.set_weights([changed, lower])
        inside_operations._tested.clear()
        after, _ = inside_tested({"model": tiny_run.id}, {})
    finally:
        layer.set_weights([kernel, bias])
    assert after["dead"]["conv_1"] >= 8 / 32 >= before["dead"]["conv_1"]
    assert after["dead"]["logits"] is None, "below zero is no silence"
    assert after["tested"] == 300


def test_an_unknown_layer_is_one_sentence(tiny_run, image):
    with pytest.raises(UnknownNameError, match="no such layer “nope”"):
        inside_layer({"model": tiny_run.id, "layer": "nope"}, {"image": image})


def test_a_run_that_was_not_tested_has_no_word_of_dead_units(interrupted_run):
    assert inside_tested({"model": interrupted_run.id}, {})[0] == {"dead": {}, "tested": 0}


def test_a_picture_of_another_shape_is_one_sentence(tiny_run, image):
    with pytest.raises(InputError, match="Expected images of the shape"):
        inside_unit({"model": tiny_run.id, "layer": "conv_1", "unit": 0}, {"image": image[:5]})


def served(name: str, shape: tuple[int, int, int], monkeypatch) -> TrainedModel:
    """An untrained network in the place of every model."""
    model = build_model(Choice(name=name), shape, 10, 0)
    scale = ARCHITECTURES.get(name).preprocessing
    trained = SimpleNamespace(
        keras_model=model,
        card=SimpleNamespace(image_shape=shape),
        inputs=lambda images: images.astype(np.float32) * np.float32(scale.scale) + np.float32(scale.offset),
    )
    monkeypatch.setattr(inside_operations, "load_trained", lambda name: trained)
    return trained


@pytest.mark.parametrize("name", NAMES)
def test_every_network_shows_its_inside(name, monkeypatch):
    """All layers, and of each kind one by itself and one of its units; as many maps as there are."""
    served(name, (32, 32, 3), monkeypatch)
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    facts, arrays = inside_network({"model": "imagenet"}, {"image": picture})
    assert facts["layers"][-1]["shape"] == [10]
    assert arrays["maps"].shape == (len(facts["layers"]), SIDE, SIDE)
    for layer in {layer["kind"]: layer for layer in facts["layers"]}.values():
        asked = {"model": "imagenet", "layer": layer["name"]}
        told, found = inside_layer(asked, {"image": picture})
        assert told["count"] == layer["shape"][-1]
        assert found["maps"].shape[2] == len(found["numbers"]) == min(MAPS, layer["shape"][-1])
        if layer["apart"] is None:
            with pytest.raises(InputError, match="cannot be taken apart"):
                inside_unit({**asked, "unit": 0}, {"image": picture})
            continue
        unit = int(found["numbers"][0])
        told, sent = inside_unit({**asked, "unit": unit}, {"image": picture})
        json.dumps(told)
        np.testing.assert_allclose(sent["value"], found["maps"][..., 0])
        assert not np.isnan(sent["value"][tuple(told["start"])])


def test_kernels_stand_in_the_order_of_their_maps(tiny_run, image):
    asked = {"model": tiny_run.id, "layer": "conv_2"}
    facts, arrays = inside_kernels(asked, {"image": image})
    json.dumps(facts)
    kernel = np.asarray(load_trained(tiny_run.id).keras_model.get_layer("conv_2").kernel).mean(axis=2)
    assert (facts["count"], facts["most"]) == (64, pytest.approx(np.abs(kernel).max()))
    np.testing.assert_allclose(arrays["kernels"][:, :, 0], kernel[..., arrays["numbers"]], atol=1e-7)
    assert arrays["numbers"].tolist() == inside_layer(asked, {"image": image})[1]["numbers"].tolist()


@pytest.mark.parametrize("order", ["strength", "number"])
@pytest.mark.parametrize(("layer", "count"), [("conv", 150), ("depthwise", 12)])
def test_page_by_page_every_kernel_is_there_once(monkeypatch, layer, count, order):
    import keras

    given = keras.Input((8, 8, 6))
    found = {
        "conv": keras.layers.Conv2D(150, 3, name="conv"),
        "depthwise": keras.layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
    }[layer]
    model = keras.Model(given, keras.layers.Dense(10)(keras.layers.Flatten()(found(given))))
    trained = SimpleNamespace(keras_model=model, card=SimpleNamespace(image_shape=(8, 8, 6)), inputs=np.float32)
    monkeypatch.setattr(inside_operations, "load_trained", lambda name: trained)
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 6), np.uint8)
    asked = {"model": "a", "layer": layer, "order": order}
    pages = [inside_kernels({**asked, "start": start}, {"image": picture}) for start in range(0, count, MAPS)]
    assert all(facts["count"] == count for facts, _ in pages)
    assert len({facts["most"] for facts, _ in pages}) == 1, "one scale"
    numbers = np.concatenate([arrays["numbers"] for _, arrays in pages])
    assert sorted(numbers) == list(range(count))
    kernels = np.concatenate([arrays["kernels"] for _, arrays in pages], axis=3)[:, :, 0]
    for place, number in enumerate(numbers):
        unit = inside_unit({"model": "a", "layer": layer, "unit": int(number)}, {"image": picture})[1]
        if layer == "depthwise":  # that which the unit is computed with
            np.testing.assert_allclose(kernels[..., place], unit["kernel"][:, :, 0], atol=1e-7)
        else:
            np.testing.assert_allclose(kernels[..., place], np.asarray(found.kernel)[..., number].mean(2), atol=1e-7)


def test_what_has_no_kernels_says_so(tiny_run, image):
    with pytest.raises(InputError, match="“pool_1”, a MaxPooling2D, has no kernels"):
        inside_kernels({"model": tiny_run.id, "layer": "pool_1"}, {"image": image})


def test_what_a_filter_likes_is_where_its_map_is_largest(tiny_run):
    trained = load_trained(tiny_run.id)
    facts, arrays = filter_likes({"model": tiny_run.id, "layer": "conv_1", "filter": 3}, {})
    patches = arrays["patches"]
    assert patches.shape[1:] == (3, 3, 1), "a kernel of 3 × 3 sees 3 × 3 pixels"
    assert 0 < len(patches) <= MOST
    assert facts["values"] == sorted(facts["values"], reverse=True)
    kernel, bias = (np.asarray(one) for one in trained.keras_model.get_layer("conv_1").weights)
    for patch, value in zip(patches, facts["values"], strict=True):
        by_hand = (trained.inputs(patch) * kernel[..., 3]).sum() + bias[3]
        assert by_hand == pytest.approx(value, rel=1e-4)


def test_a_deeper_filter_sees_more(tiny_run):
    arrays = filter_likes({"model": tiny_run.id, "layer": "conv_2", "filter": 0}, {})[1]
    assert 3 < arrays["patches"].shape[1] <= 8  # (3 − 1) · 2 + 2 + (3 − 1)


def test_a_unit_without_a_place_likes_whole_pictures(tiny_run):
    facts, arrays = filter_likes({"model": tiny_run.id, "layer": "logits", "filter": 7}, {})
    assert arrays["patches"].shape[1:] == (28, 28, 1)
    assert facts["labels"].count(7) >= 5, "most of what it takes for sevens are some"


def test_a_dead_filter_likes_nothing(tiny_run, monkeypatch):
    model = load_trained(tiny_run.id).keras_model
    layer = model.get_layer("conv_1")
    kernel, bias = layer.get_weights()
    dead = bias.copy()
    dead[5] = -1000
    layer.set_weights([kernel, dead])
    try:
        facts, arrays = filter_likes({"model": tiny_run.id, "layer": "conv_1", "filter": 5}, {})
    finally:
        layer.set_weights([kernel, bias])
    assert facts["values"] == []
    assert len(arrays["patches"]) == 0


@pytest.mark.parametrize("name", [one.name for one in ARCHITECTURES if one.name != "from-run"])
def test_every_kind_of_layer_has_its_sentence(name):
    weights = {"weights": "none"} if name.startswith(LARGE) else {}
    layers = build_model(Choice(name=name, **weights), (32, 32, 3), 10, 0).layers
    assert {type(layer).__name__ for layer in layers} - {"InputLayer"} <= set(KINDS)
