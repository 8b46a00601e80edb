"""What becomes of a number after a layer has computed it: its activation, batch norm, and the activation after that."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.inside.asked import Asked
from imgcls.inside.grid import as_maps
from imgcls.inside.look import layers_of, sources
from imgcls.inside.pointwise import function_of, norm_numbers


def steps(asked: Asked, with_own: bool) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """The steps in their order, and of each the map that the network computed (rows, columns).

    Args:
        with_own: whether the layer's own activation is the first of them.

    Returns:
        Each step tells its `kind`, norm or activation, the `layer`, and whether it is the layer's `own`; a norm the
        numbers of `norm_numbers`, an activation its `function`.
    """
    found, maps = [], []
    if with_own and (own := function_of(asked.layer)) is not None and own["name"] != "linear":
        found.append({"kind": "activation", "layer": asked.layer.name, "own": True, "function": own})
        maps.append(asked.value)
    for layer in following(asked.network, asked.layer):
        told: dict[str, Any] = {"layer": layer.name, "own": False}
        if type(layer).__name__ == "BatchNormalization":
            found.append({"kind": "norm", **told, **norm_numbers(layer, asked.unit)})
        else:
            found.append({"kind": "activation", **told, "function": function_of(layer)})
        maps.append(as_maps(asked.network, asked.look.of(layer.name))[..., asked.unit])
    return found, maps


def following(network: Any, layer: Any) -> list[Any]:
    """The layers that alone take what `layer` gives and change each number for itself: batch norm and activations."""
    readers: dict[str, list[Any]] = {}
    for one in layers_of(network):
        for name in sources(one):
            readers.setdefault(name, []).append(one)
    found: list[Any] = []
    while len(after := readers.get(layer.name, [])) == 1 and _is_pointwise(after[0]):
        layer = after[0]
        found.append(layer)
    return found


def _is_pointwise(layer: Any) -> bool:
    kind = type(layer).__name__
    if kind == "BatchNormalization":
        return layer.axis in (-1, len(layer.output.shape) - 1)
    return kind in ("ReLU", "LeakyReLU", "Activation") and function_of(layer) is not None
