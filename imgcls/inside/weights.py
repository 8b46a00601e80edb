"""A dense layer on a vector: each input times its weight, the largest first."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.inside.asked import Asked, Parts
from imgcls.inside.look import sources
from imgcls.inside.windows import bias_of

#: Inputs that are told one by one; the others are added up.
MOST_TERMS = 24


def weighed(asked: Asked) -> Parts:
    """The terms of the sum that count most, the largest first, and the sum of the others.

    Where the inputs are the places of maps, a term tells its row, column and map in place of its number, and
    `picture` (rows, columns) is what each place adds, over all maps; of a picture of up to three channels also the
    picture, `seen`, and the `weights`.
    """
    layer, x = asked.layer, asked.raw[0]
    weights = np.asarray(layer.kernel, np.float32)[:, asked.unit]
    products = x.astype(float) * weights
    order = np.argsort(-np.abs(products), kind="stable")
    shown, others = order[:MOST_TERMS], order[MOST_TERMS:]
    arrays = {"x": x[shown], "weights": weights[shown], "at": shown[:, None]}
    facts = {"others": len(others), "rest": float(products[others].sum()), **bias_of(layer, asked.unit)}
    origin, shape = _origin(asked)
    facts["origin"] = {"layer": origin, "shape": list(shape)}
    if len(shape) == 3:
        arrays["at"] = np.stack(np.unravel_index(shown, shape), axis=1)
        arrays["picture"] = products.reshape(shape).sum(axis=2).astype(np.float32)
        if shape[2] <= 3:
            arrays |= {"seen": x.reshape(shape), "whole": weights.reshape(shape)}
    return facts, arrays


def _origin(asked: Asked) -> tuple[str, tuple[int, ...]]:
    """The layer that the inputs are known from, and its shape: maps where they were only laid out in a row."""
    layers = {layer.name: layer for layer in asked.network.layers}
    name = asked.names[0]
    while name in layers and type(layers[name]).__name__ in ("Flatten", "Dropout"):
        name = sources(layers[name])[0]
    return name, _maps_shape(asked.look.of(name))


def _maps_shape(values: np.ndarray) -> tuple[int, ...]:
    return values.shape if values.ndim == 3 else (values.size,)


def is_mixing(layer: Any) -> bool:
    """Whether an `EinsumDense` is a dense layer that all places share: `abc,cd->abd`."""
    given, kernel, found = _letters(layer)
    return len(kernel) == 2 and kernel[0] == given[-1] and kernel[1] == found[-1] and given[:-1] == found[:-1]


def is_scaling(layer: Any) -> bool:
    """Whether an `EinsumDense` multiplies each channel by a number of its own: `abc,c->abc`."""
    given, kernel, found = _letters(layer)
    return kernel == given[-1] and given == found


def _letters(layer: Any) -> tuple[str, str, str]:
    terms, found = layer.equation.split("->")
    given, kernel = terms.split(",")
    return given, kernel, found
