"""Small networks whose explanations are known: of the golden values, linear, pooled."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers

from imgcls.explain import Explanation, explain, method

#: What pytorch-grad-cam and captum computed; `golden/make_golden.py` made it.
GOLDEN = np.load(Path(__file__).with_name("golden") / "golden.npz")
TARGETS = GOLDEN["targets"]
#: By how much the last layer's weights are multiplied; see there.
LOUDER = {"grad-cam++": 4096, "score-cam": 32}


def _golden_gap_net() -> keras.Model:
    inputs = keras.Input((17, 13, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(8, 3, strides=2)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(name="first")(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(10, 3, strides=2)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(name="last")(x)
    return keras.Model(inputs, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))


def _golden_flatten_net() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(6, 3, activation="relu", name="first"),
            layers.MaxPooling2D(name="last"),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(5),
        ]
    )


_GOLDEN_NETS = {"gap": _golden_gap_net, "flatten": _golden_flatten_net}


def golden_net(name: str, times: int = 1) -> keras.Model:
    """`gap` or `flatten` with the weights of the golden values."""
    model = _GOLDEN_NETS[name]()
    model.set_weights([GOLDEN[key] for key in sorted(GOLDEN) if key.startswith(f"{name}/weight")])
    change_head(model, lambda kernel, bias: [times * kernel, times * bias])
    return model


def explain_golden(name: str, known: str, layer: str | None = None, **named) -> list[Explanation]:
    """The four golden images of a net, explained as the others explained them."""
    times = LOUDER.get(known, 1)
    found = explain(golden_net(name, times), GOLDEN[f"{name}/images"], TARGETS, known, layer, **named)
    logits = times * GOLDEN[f"{name}/logits"]
    np.testing.assert_allclose([each.logits for each in found], logits, rtol=1e-5, atol=1e-6 * times)
    return found


def assert_golden(found: list[Explanation], key: str, either_sign: bool = False) -> None:
    """Every raw map is within 1e-5 of the golden one, relative to that one's largest value."""
    assert len(found) == len(GOLDEN[key]) == 4
    for each, raw in zip(found, GOLDEN[key], strict=True):
        assert each.raw.shape == raw.shape
        signs = (1, -1) if either_sign else (1,)
        difference = min(np.abs(sign * each.raw - raw).max() for sign in signs) / np.abs(raw).max()
        assert difference < 1e-5, f"{key}: {difference:.1e}"


def gap_net() -> keras.Model:
    """8×8×2 to a map of 6×6×4 that is never negative, its mean, and a dense layer of three classes."""
    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, activation="relu", name="map", bias_initializer="ones")(inputs)
    return keras.Model(inputs, layers.Dense(3, name="logits")(layers.GlobalAveragePooling2D()(x)))


def linear_net(size: tuple[int, int, int] = (6, 5, 2), classes: int = 3) -> tuple[keras.Model, np.ndarray]:
    """Logits that are linear in the pixels, and their weights `(h, w, c, classes)`."""
    inputs = keras.Input(size)
    model = keras.Model(inputs, layers.Dense(classes)(layers.Flatten()(inputs)))
    weights = np.random.default_rng(5).normal(size=(*size, classes)).astype("float32")
    model.layers[-1].set_weights([weights.reshape(-1, classes), np.linspace(-1, 1, classes)])
    return model, weights


def mirrored_nets(size: tuple[int, int, int] = (8, 8, 1)) -> tuple[keras.Model, keras.Model]:
    """Two convolutions and a flattened head, and the same network for mirrored images."""
    straight, mirrored = (
        keras.Sequential(
            [
                keras.Input(size),
                layers.Conv2D(3, 3, padding="same", activation="relu", bias_initializer="ones"),
                layers.Conv2D(4, 3, padding="same", activation="relu", bias_initializer="ones"),
                layers.Flatten(),
                layers.Dense(2),
            ]
        )
        for _ in range(2)
    )
    height, width, _ = size
    *kernels, head, bias = straight.get_weights()
    turned = [array[:, ::-1] if array.ndim == 4 else array for array in kernels]
    mirrored.set_weights([*turned, head.reshape(height, width, -1, 2)[:, ::-1].reshape(head.shape), bias])
    return straight, mirrored


def change_head(model: keras.Model, change) -> None:
    head = model.layers[-1]
    head.set_weights(change(*head.get_weights()))


def pictures(model: keras.Model, number: int = 4, seed: int = 0) -> np.ndarray:
    """Noise from 0 to 1, as the model takes it."""
    return np.random.default_rng(seed).random((number, *model.inputs[0].shape[1:])).astype("float32")


def raws(found: list[Explanation]) -> np.ndarray:
    return np.stack([each.raw for each in found])


#: As few passes as the methods allow, by the names of their options.
_FEW = {"masks": 50, "samples": 50, "steps": 3}


def cheap(name: str) -> dict[str, int]:
    """The options with which a method takes the least time."""
    least = {**_FEW, "samples": 3} if name == "smoothgrad" else _FEW
    return {option: least[option] for option in method(name).options.model_fields if option in least}
