"""Layers that compute nothing: each of their numbers stood somewhere before."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.inside.asked import Asked, Parts
from imgcls.inside.grid import as_maps

COPYING = (
    *("Flatten", "Reshape", "Dropout", "SpatialDropout2D", "GaussianNoise", "Identity", "Concatenate"),
    *("ZeroPadding2D", "ZeroPadding1D", "Cropping2D", "Cropping1D"),
)


def copied(asked: Asked) -> Parts:
    """Where the numbers of a unit come from.

    Answers `origin` (rows, columns, 3), the row, column and map among the inputs; -1 where there was nothing, and a
    zero stands. Where all of them come from one map, it is the only one of `inputs`, and `source` and `channel` name
    it.
    """
    starts = np.cumsum([0, *(values.size for values in asked.raw)])
    found = as_maps(asked.network, _moved(asked.layer, asked.raw, starts).astype(np.float64))[..., asked.unit]
    places = [_places(asked, values, start) for values, start in zip(asked.raw, starts[:-1], strict=True)]
    lookup = np.concatenate([*places, np.full((1, 4), -1)])  # the last row: nothing was there
    whence = lookup[np.where(np.isnan(found), -1, found).astype(int)]
    real = whence[whence[..., 0] >= 0]
    facts: dict[str, Any] = {"source": None, "channel": None}
    arrays = {"origin": whence[..., 1:]}
    if len(real) and len(np.unique(real[:, [0, 3]], axis=0)) == 1:
        facts = {"source": int(real[0, 0]), "channel": int(real[0, 3])}
        arrays["inputs"] = asked.given[facts["source"]][None, ..., facts["channel"]]
    return facts, arrays


def _moved(layer: Any, raw: list[np.ndarray], starts: np.ndarray) -> np.ndarray:
    """The numbers of the inputs in the order of the output; -1: nothing was there."""
    numbers = [np.arange(values.size).reshape(values.shape) + start for values, start in zip(raw, starts, strict=False)]
    first = numbers[0]
    match type(layer).__name__:
        case "Flatten" | "Reshape":
            return first.reshape([side or 1 for side in layer.output.shape[1:]])
        case "Concatenate":
            return np.concatenate(numbers, axis=layer.axis - 1 if layer.axis > 0 else layer.axis)
        case "ZeroPadding2D":  # ResNet pads its channels by taking them for columns
            first_axis = layer.data_format == "channels_first"
            pads = [(0, 0), *layer.padding] if first_axis else [*layer.padding, (0, 0)]
            return np.pad(first, pads, constant_values=-1)
        case "ZeroPadding1D":
            return np.pad(first, [layer.padding, (0, 0)], constant_values=-1)
        case "Cropping2D":
            (top, bottom), (left, right) = layer.cropping
            return first[top : first.shape[0] - bottom, left : first.shape[1] - right]
        case "Cropping1D":
            return first[layer.cropping[0] : len(first) - layer.cropping[1]]
    return first


def _places(asked: Asked, values: np.ndarray, start: int) -> np.ndarray:
    """Of each number of an input: which input, and its row, column and map there. int (numbers, 4)."""
    numbers = as_maps(asked.network, np.arange(values.size).reshape(values.shape).astype(np.float64))
    where = np.argwhere(~np.isnan(numbers))
    order = np.argsort(numbers[~np.isnan(numbers)], kind="stable")
    which = next(at for at, one in enumerate(asked.raw) if one is values)
    return np.column_stack([np.full(len(where), which), where[order]])
