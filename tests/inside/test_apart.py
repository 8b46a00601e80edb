"""Any unit of any network is taken apart into numbers that add up to what the network computed."""

from __future__ import annotations

import json
import zlib
from types import SimpleNamespace
from typing import Any, get_args

import keras
import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.activations import Activation
from imgcls.inside import kind_of, layers_of, look_at, take_apart, windows
from imgcls.recipe import Choice
from tests.architectures.trial import STARTS_FROM, choice, is_downloaded
from tests.inside.adding_up import steps_at, value_at

#: Networks whose many layers take seconds.
DEEP = ("densenet", "mobilenet-v2", "vit-tiny", "efficientnet-lite0")
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if name in DEEP or is_downloaded(name) else [])
    for name in ARCHITECTURES.names()
]
#: Kinds that cannot be taken apart: they mix neighbouring pixels in a way of their own.
WHOLE = {"Resizing"}
#: Of each kind so many layers of a network, of each so many units, of each so many places.
LAYERS, UNITS, PLACES = 3, 2, 3


def trained(name: str, shape: tuple[int, int, int] = (32, 32, 3), **options: Any) -> Any:
    """A network as if it had been trained: no weight is 0 or 1, and no two are alike."""
    model = build_model(choice(name, **options), shape, 10, 0)
    random = np.random.default_rng(2)
    model.set_weights([_shaken(weight, random) for weight in model.get_weights()])
    card = SimpleNamespace(image_shape=tuple(model.input_shape[1:]))
    return SimpleNamespace(
        keras_model=model, card=card, inputs=lambda images: images.astype(np.float32) / np.float32(255)
    )


def _shaken(weight: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A little more than before: what batch norm divides by stays above 0."""
    return (weight + random.uniform(0.01, 0.1, weight.shape) * (np.abs(weight).mean() + 0.1)).astype(weight.dtype)


def picture(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def some(values: list[Any], most: int) -> list[Any]:
    return [values[place] for place in np.unique(np.linspace(0, len(values) - 1, most).astype(int))]


@pytest.fixture(autouse=True)
def _a_run_to_start_from(tiny_run):
    STARTS_FROM["run"] = tiny_run.id


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_unit_of_every_network_adds_up(name):
    shape = (28, 28, 1) if name == "from-run" else (32, 32, 3)
    model = trained(name, shape)
    network = model.keras_model
    look = look_at(model, picture(model.card.image_shape))
    by_class: dict[str, list[Any]] = {}
    for layer in layers_of(network):
        by_class.setdefault(type(layer).__name__, []).append(layer)
    assert {kind for kind, layers in by_class.items() if kind_of(layers[0]) is None} <= WHOLE
    for kind in sorted(set(by_class) - WHOLE):
        for layer in some(by_class[kind], LAYERS):
            check(network, look, layer)


def check(network: Any, look: Any, layer: Any) -> None:
    random = np.random.default_rng(zlib.crc32(layer.name.encode()))
    size = float(np.abs(look.of(layer.name)).max())
    for unit in random.integers(0, layer.output.shape[-1], UNITS):
        apart = take_apart(network, look, layer, int(unit))
        json.dumps(apart.facts)
        value, real = apart.arrays["value"], np.argwhere(~np.isnan(apart.arrays["value"]))
        for row, column in [real[0], real[-1], *random.permutation(real)[:PLACES]]:
            if apart.kind == "copied" and "inputs" not in apart.arrays:
                continue
            x = value_at(apart, row, column)
            reached = steps_at(apart, x)
            own = [step["own"] for step in apart.facts["steps"]]
            here = reached[0] if own and own[0] else x
            told = f"{layer.name}, a {type(layer).__name__}, unit {unit} at {row}, {column}"
            assert here == pytest.approx(float(value[row, column]), rel=1e-3, abs=1e-5 + 1e-5 * size), told
            for step, number, maps in zip(apart.facts["steps"], reached, apart.arrays.get("after", []), strict=True):
                wanted = float(maps[row, column])
                assert number == pytest.approx(wanted, rel=1e-3, abs=1e-4 + 1e-4 * abs(wanted)), (told, step)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("linear", {"copied", "terms"}),
        ("seed-cnn", {"sum", "largest", "copied", "terms"}),
        ("lenet-5", {"sum", "mean", "copied", "terms"}),
        ("resnet-8", {"sum", "normalised", "bent", "added", "largest", "copied", "mean", "terms"}),
        ("vit-tiny", {"sum", "copied", "scaled", "standardised", "attention", "added", "terms"}),
        ("convnext", {"sum", "standardised", "bent", "scaled", "added", "mean", "terms"}),
    ],
)
def test_the_kinds_of_a_network(name, kinds):
    network = build_model(Choice(name=name), (32, 32, 3), 10, 0)
    assert {kind_of(layer) for layer in layers_of(network)} == kinds


@pytest.mark.parametrize("activation", get_args(Activation))
@pytest.mark.parametrize("normed", [True, False])
def test_every_activation_with_and_without_batch_norm(activation, normed):
    block = {"width": 6, "kernel": 5, "padding": "same", "activation": activation, "batch_norm": normed}
    other = {
        "width": 4,
        "kernel": 2,
        "padding": "valid",
        "activation": activation,
        "pooling": "average",
        "dropout": 0.2,
    }
    options = {"blocks": [block, other], "gathering": "average", "dense": 7, "dropout": 0.1}
    walk(trained("cnn", (28, 28, 1), **options))


def test_a_transformer_that_takes_the_mean_of_its_patches():
    walk(trained("vit-tiny", (28, 28, 1), pooling="average", depth=1))


def test_a_picture_that_is_no_square_and_patches_that_do_not_fit():
    walk(trained("vit-tiny", (28, 20, 1), patch=6, depth=1))


def walk(model: Any) -> None:
    """Every layer of a small network."""
    network = model.keras_model
    look = look_at(model, picture(model.card.image_shape))
    for layer in layers_of(network):
        check(network, look, layer)


def test_a_network_in_half_precision_says_so():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(Choice(name="seed-cnn"), (28, 28, 1), 10, 0)
    finally:
        keras.config.set_dtype_policy("float32")
    card = SimpleNamespace(image_shape=(28, 28, 1))
    half = SimpleNamespace(keras_model=model, card=card, inputs=lambda images: images.astype(np.float32) / 255)
    look = look_at(half, picture((28, 28, 1)))
    apart = take_apart(model, look, model.get_layer("conv_1"), 3)
    assert apart.facts["precision"] == "bfloat16"
    assert steps_at(apart, value_at(apart, 5, 5))[0] == pytest.approx(float(apart.arrays["value"][5, 5]), abs=0.02)


def test_of_many_wide_channels_the_strongest_are_sent_and_the_others_added_up(monkeypatch):
    monkeypatch.setattr(windows, "MOST_SENT", 13 * 13 * 5)
    model = trained("seed-cnn", (28, 28, 1))
    look = look_at(model, picture((28, 28, 1)))
    layer = model.keras_model.get_layer("conv_2")
    apart = take_apart(model.keras_model, look, layer, 7)
    assert apart.arrays["x"].shape == (13, 13, 5)
    assert (len(apart.facts["channels"]), apart.facts["others"]) == (5, 27)
    whole = steps_at(apart, value_at(apart, 4, 6))[0]
    assert whole == pytest.approx(float(apart.arrays["value"][4, 6]), rel=1e-4)


def test_which_way_of_an_addition_is_the_skip_connection():
    network = build_model(Choice(name="resnet-8"), (28, 28, 1), 10, 0)
    look = look_at(trained("resnet-8", (28, 28, 1)), picture((28, 28, 1)))
    apart = take_apart(network, look, network.get_layer("stage_1_block_1_add"), 0)
    assert dict(zip(apart.facts["sources"], apart.facts["roles"], strict=True)) == {
        "stem_relu": "x",
        "stage_1_block_1_norm_2": "F",
    }
