"""Layers that change each number for itself: additions, normalisations, scalings and activations."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.inside.asked import Asked, Parts
from imgcls.inside.grid import as_maps
from imgcls.inside.look import sources


def combined(asked: Asked) -> Parts:
    """An addition or multiplication: the `inputs` (k, rows, columns), and which of two is the way past the block."""
    inputs = [np.broadcast_to(maps[..., asked.unit % maps.shape[-1]], asked.value.shape) for maps in asked.given]
    return {"roles": _roles(asked)}, {"inputs": np.stack(inputs)}


def _roles(asked: Asked) -> list[str]:
    """`x` and `F` of a residual connection y = x + F(x): F has more layers with weights behind it."""
    if type(asked.layer).__name__ != "Add" or len(asked.names) != 2:
        return [""] * len(asked.names)
    layers = {layer.name: layer for layer in asked.network.layers}
    lengths = [_steps_back(layers, name) for name in asked.names]
    if lengths[0] == lengths[1]:
        return ["", ""]
    return ["x", "F"] if lengths[0] < lengths[1] else ["F", "x"]


def _steps_back(layers: dict[str, Any], name: str) -> int:
    """Layers with weights on the way back to where the ways part, or to the addition before."""
    steps = 0
    while True:
        layer, before = layers[name], sources(layers[name])
        if type(layer).__name__ == "Add" or not before:
            return steps
        steps += bool(layer.weights)
        if len(before) > 1:
            return steps
        name = before[0]


def normalised(asked: Asked) -> Parts:
    """Batch normalisation, with what training has measured."""
    return norm_numbers(asked.layer, asked.unit), {"inputs": _map(asked)}


def norm_numbers(layer: Any, unit: int) -> dict[str, Any]:
    """The numbers of one channel of a batch normalisation: `gamma`, `beta`, `mean`, `variance`, `epsilon`."""
    return {
        "gamma": float(np.asarray(layer.gamma)[unit]) if layer.scale else 1.0,
        "beta": float(np.asarray(layer.beta)[unit]) if layer.center else 0.0,
        "mean": float(np.asarray(layer.moving_mean)[unit]),
        "variance": float(np.asarray(layer.moving_variance)[unit]),
        "epsilon": float(layer.epsilon),
    }


def standardised(asked: Asked) -> Parts:
    """Layer normalisation: mean and variance are those of all channels at the same place."""
    layer, maps = asked.layer, asked.given[0].astype(float)
    facts = {
        "gamma": float(np.asarray(layer.gamma)[asked.unit]) if layer.scale else 1.0,
        "beta": float(np.asarray(layer.beta)[asked.unit]) if layer.center else 0.0,
        "epsilon": float(layer.epsilon),
        "over": int(maps.shape[-1]),
    }
    arrays = {"inputs": _map(asked), "means": maps.mean(axis=-1), "variances": maps.var(axis=-1)}
    return facts, {name: values.astype(np.float32) for name, values in arrays.items()}


def scaled(asked: Asked) -> Parts:
    """Each number times a factor, plus another number: `scale` and `offset`, one for each place."""
    layer, unit = asked.layer, asked.unit
    match type(layer).__name__:
        case "Rescaling":
            scale, offset = (np.asarray(one, float) for one in (layer.scale, layer.offset))
        case "Normalization":
            spread = np.maximum(np.sqrt(np.asarray(layer.variance, float)), 1e-7)
            scale, offset = 1 / spread, -np.asarray(layer.mean, float) / spread
        case _:  # an EinsumDense with one number for each channel
            scale = np.asarray(layer.kernel, float)
            offset = np.zeros(1) if layer.bias is None else np.asarray(layer.bias, float)
    inputs = _map(asked)
    made = {name: _of_unit(one, unit, inputs.shape[1:], asked) for name, one in (("scale", scale), ("offset", offset))}
    return {}, {"inputs": inputs, **made}


def _of_unit(values: np.ndarray, unit: int, shape: tuple[int, ...], asked: Asked) -> np.ndarray:
    """A number, one for each channel, or one for each token and channel → one for each place (rows, columns)."""
    channels = values.reshape(-1, values.shape[-1]) if values.ndim else values.reshape(1, 1)
    own = channels[:, unit if channels.shape[1] > 1 else 0]
    if len(own) > 1:
        return as_maps(asked.network, own[:, None].astype(np.float32))[..., 0]
    return np.full(shape, float(own[0]), np.float32)


def bent(asked: Asked) -> Parts:
    """An activation."""
    return {"function": function_of(asked.layer)}, {"inputs": _map(asked)}


def _map(asked: Asked) -> np.ndarray:
    """The same map before: (1, rows, columns)."""
    return asked.given[0][None, ..., asked.unit]


def function_of(layer: Any) -> dict[str, Any] | None:
    """The activation of a layer, its `name` and what else it needs; None: one that the pages cannot tell.

    A layer without one is `linear`.
    """
    match type(layer).__name__:
        case "ReLU":
            slope, most = float(layer.negative_slope or 0), layer.max_value
            plain = not slope and not layer.threshold
            return {"name": "relu", "most": None if most is None else float(most)} if plain else None
        case "LeakyReLU":
            return {"name": "leaky_relu", "slope": float(layer.negative_slope)}
    activation = getattr(layer, "activation", None)
    name = "linear" if activation is None else getattr(activation, "__name__", "")
    numbers: dict[str, dict[str, Any]] = {"relu": {"most": None}, "relu6": {"most": 6.0}, "leaky_relu": {"slope": 0.2}}
    extra = numbers.get(name, {})
    name = {"relu6": "relu", "swish": "silu"}.get(name, name)
    return {"name": name, **extra} if name in FUNCTIONS else None


#: Activations that are computed on the page; their names are Keras's.
FUNCTIONS = ("linear", "relu", "leaky_relu", "elu", "silu", "gelu", "tanh", "sigmoid")
