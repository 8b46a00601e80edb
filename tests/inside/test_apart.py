"""Any unit of any network is taken apart into numbers that add up to what the network computed."""

from __future__ import annotations

import json
import zlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.inside import kind_of, layers_of, look_at, take_apart
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
