"""The inside of a network, as the worker tells it: held to the network itself, on every architecture."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.errors import UnknownNameError
from imgcls.models import load_trained
from imgcls.recipe import Choice
from imgcls.workers import inside_operations
from imgcls.workers.inside_operations import MAPS, MOST_LIKED, SIDE, filter_likes, inside_layer, inside_network
from pages.components.inside_layer import KINDS

LARGE = ("efficientnet-lite0", "applications/")
NAMES = [
    pytest.param(one.name, marks=pytest.mark.slow if one.name.startswith(LARGE) else [])
    for one in ARCHITECTURES
    if one.name != "from-run" and not one.name.startswith("applications/")
]


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28, 1), np.uint8)


def test_the_layers_in_their_order_with_their_strongest_maps(tiny_run, image):
    facts, arrays = inside_network({"model": tiny_run.id}, {"image": image})
    json.dumps(facts)
    names = [layer["name"] for layer in facts["layers"]]
    assert names[:4] == ["conv_1", "pool_1", "conv_2", "pool_2"]
    assert names[-1] == "logits"
    assert arrays["maps"].shape == (4, SIDE, SIDE)
    assert sum(layer["parameters"] for layer in facts["layers"]) == 121_930
    _, layer = inside_layer({"model": tiny_run.id, "layer": "conv_1"}, {"image": image})
    shown = layer["maps"][..., np.abs(layer["maps"]).mean(axis=(0, 1)).argmax()]
    assert set(np.unique(arrays["maps"][0])) == set(np.unique(shown)), "every pixel of 26 is drawn on 56"


def test_a_layer_is_what_the_network_computes(tiny_run, image):
    import keras

    trained = load_trained(tiny_run.id)
    model = keras.Model(trained.keras_model.inputs, trained.keras_model.get_layer("conv_2").output)
    wanted = np.asarray(model(trained.inputs(image[None]), training=False))[0]
    facts, arrays = inside_layer({"model": tiny_run.id, "layer": "conv_2"}, {"image": image})
    np.testing.assert_allclose(arrays["maps"], wanted, atol=1e-6)
    assert (facts["lowest"], facts["highest"]) == pytest.approx((wanted.min(), wanted.max()))
    assert facts["tested"] == 200
    assert 0 <= facts["dead"] < 1


def test_units_without_a_place_and_scores_below_zero(tiny_run, image):
    facts, arrays = inside_layer({"model": tiny_run.id, "layer": "logits"}, {"image": image})
    assert arrays["units"].shape == (10,)
    assert facts["dead"] is None, "below zero is no silence"


def test_dead_units_by_hand(tiny_run, image, monkeypatch):
    """A filter whose kernel and bias are below zero sees pictures that are not: it answers nothing, ever."""
    trained = load_trained(tiny_run.id)
    layer = trained.keras_model.get_layer("conv_1")
    kernel, bias = (np.array(value) for value in layer.get_weights())
    before = inside_layer({"model": tiny_run.id, "layer": "conv_1"}, {"image": image})[0]["dead"]
    changed, lower = kernel.copy(), bias.copy()
    changed[..., :8], lower[:8] = -1.0, -1.0
    try:
        layer.set_weights([changed, lower])
        inside_operations._kept.clear()  # the weights of a loaded network change in no other place
        after = inside_layer({"model": tiny_run.id, "layer": "conv_1"}, {"image": image})[0]["dead"]
    finally:
        layer.set_weights([kernel, bias])
        inside_operations._kept.clear()
    assert after >= 8 / 32 >= before


def test_an_unknown_layer_is_one_sentence(tiny_run, image):
    with pytest.raises(UnknownNameError, match="no such layer “nope”"):
        inside_layer({"model": tiny_run.id, "layer": "nope"}, {"image": image})


def test_a_run_that_was_not_tested_has_no_word_of_dead_units(interrupted_run, image):
    facts, _ = inside_layer({"model": interrupted_run.id, "layer": "conv_1"}, {"image": image})
    assert facts["dead"] is None


@pytest.mark.parametrize("name", NAMES)
def test_every_network_shows_its_inside(name, monkeypatch):
    """All layers, and of each kind one by itself, page for page as many maps as there are."""
    model = build_model(Choice(name=name), (32, 32, 3), 10, 0)
    scale = ARCHITECTURES.get(name).preprocessing
    trained = SimpleNamespace(keras_model=model, inputs=lambda images: scale.apply(images))
    if not hasattr(scale, "apply"):
        trained.inputs = lambda images: images.astype(np.float32) * scale.scale + scale.offset
    monkeypatch.setattr(inside_operations, "load_trained", lambda name: trained)
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    facts, arrays = inside_network({"model": "imagenet"}, {"image": picture})
    assert facts["layers"][-1]["shape"] == [10]
    assert len(arrays["maps"]) == sum(layer["map"] is not None for layer in facts["layers"])
    assert np.isfinite(arrays["maps"]).all()
    for layer in {layer["kind"]: layer for layer in facts["layers"]}.values():
        told, found = inside_layer({"model": "imagenet", "layer": layer["name"]}, {"image": picture})
        assert told["count"] == layer["shape"][-1]
        if "maps" in found:
            assert found["maps"].shape == (*layer["shape"][:2], min(MAPS, layer["shape"][2]))
        else:
            assert len(found["units"]) == min(4096, int(np.prod(layer["shape"])))


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("seed-cnn", set()),
        ("lenet-5", set()),
        ("cnn", set()),
        ("resnet-8", {"norm", "activation"}),
        ("densenet", {"norm", "activation"}),
        ("mobilenet-v2", {"norm", "activation"}),
        ("vit-tiny", set()),
    ],
)
def test_what_is_taken_apart_adds_up_to_what_the_network_computed(name, steps, monkeypatch):
    """Every convolution that the page offers to take apart, on each network with its own activation."""
    from imgcls.workers import lesson_operations

    model, seen = build_model(Choice(name=name), (28, 28, 1), 10, 0), set()
    random = np.random.default_rng(2)  # as if it had been trained: nothing is 0 or 1
    model.set_weights([weight + random.uniform(0.01, 0.3, weight.shape) for weight in model.get_weights()])
    card = SimpleNamespace(image_shape=(28, 28, 1))
    trained = SimpleNamespace(keras_model=model, card=card, inputs=lambda images: images.astype(np.float32) / 255)
    for module in (inside_operations, lesson_operations):
        monkeypatch.setattr(module, "load_trained", lambda name: trained)
    image = np.random.default_rng(1).integers(0, 256, (28, 28, 1), np.uint8)
    layers = inside_network({"model": "imagenet"}, {"image": image})[0]["layers"]
    apart = [layer for layer in layers if layer["apart"]]
    assert apart
    for layer in apart[:: max(1, len(apart) // 5)]:
        rows, columns, filters = layer["shape"]
        asked = {"model": "imagenet", "layer": layer["name"], "filter": filters - 1, "at": [rows - 1, columns // 2]}
        facts, _ = lesson_operations.unit_sum(asked, {"image": image})
        assert facts["activated"] == pytest.approx(facts["value"], rel=1e-5, abs=1e-5), layer["name"]
        for step in facts["steps"]:
            assert step["computed"] == pytest.approx(step["value"], rel=1e-4, abs=1e-4), (layer["name"], step)
        seen.update(step["kind"] for step in facts["steps"])
    assert seen == steps


def test_what_a_filter_likes_is_where_its_map_is_largest(tiny_run):
    trained = load_trained(tiny_run.id)
    facts, arrays = filter_likes({"model": tiny_run.id, "layer": "conv_1", "filter": 3}, {})
    patches = arrays["patches"]
    assert patches.shape[1:] == (3, 3, 1), "a kernel of 3 × 3 sees 3 × 3 pixels"
    assert 0 < len(patches) <= MOST_LIKED
    assert facts["values"] == sorted(facts["values"], reverse=True)
    kernel, bias = (np.asarray(one) for one in trained.keras_model.get_layer("conv_1").weights)
    for patch, value in zip(patches, facts["values"], strict=True):
        by_hand = (trained.inputs(patch) * kernel[..., 3]).sum() + bias[3]
        assert by_hand == pytest.approx(value, rel=1e-4)


def test_a_deeper_filter_sees_more(tiny_run):
    arrays = filter_likes({"model": tiny_run.id, "layer": "conv_2", "filter": 0}, {})[1]
    assert 3 < arrays["patches"].shape[1] <= 8  # (3 − 1) · 2 + 2 + (3 − 1)


def test_a_dead_filter_likes_nothing(tiny_run, monkeypatch):
    model = load_trained(tiny_run.id).keras_model
    layer = model.get_layer("conv_1")
    kernel, bias = layer.get_weights()
    dead = bias.copy()
    dead[5] = -1000
    layer.set_weights([kernel, dead])
    facts, arrays = filter_likes({"model": tiny_run.id, "layer": "conv_1", "filter": 5}, {})
    layer.set_weights([kernel, bias])
    assert facts["values"] == []
    assert len(arrays["patches"]) == 0


@pytest.mark.parametrize("name", [one.name for one in ARCHITECTURES if one.name != "from-run"])
def test_every_kind_of_layer_has_its_sentence(name):
    weights = {"weights": "none"} if name.startswith(LARGE) else {}
    layers = build_model(Choice(name=name, **weights), (32, 32, 3), 10, 0).layers
    assert {type(layer).__name__ for layer in layers} - {"InputLayer"} <= set(KINDS)
