"""One unit of a layer taken apart: the numbers that its values are made of, enough to compute each of them again.

What is answered holds for the whole map, so that going from pixel to pixel asks nothing more. The kinds are:

- `sum`: a window of the input times a kernel, channel by channel (convolutions, dense layers on maps and tokens)
- `largest`, `mean`: of a window of one map (pooling)
- `terms`: a vector times a vector (dense layers)
- `attention`: what tokens hand over, times how much they are asked for
- `added`, `multiplied`: several inputs at the same place
- `normalised`, `standardised`, `scaled`, `bent`: one number by a formula (batch and layer normalisation, scalings,
  activations)
- `copied`: nothing is computed
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.inside import attention, copies, pointwise, weights, windows
from imgcls.inside.asked import Asked, Parts
from imgcls.inside.look import Look
from imgcls.inside.steps import steps


@dataclass(frozen=True, eq=False)
class Apart:
    """A unit's parts.

    Args:
        kind: one of those above.
        facts: single numbers and names.
        arrays: among them `value`, the unit's map as the network computed it, and `after` (steps, rows, columns), the
            same map after each of the `steps`.
    """

    kind: str
    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


def kind_of(layer: Any) -> str | None:
    """How a unit of the layer is taken apart; None where it cannot be."""
    found = _reader(layer)
    return None if found is None else found[0]


def take_apart(network: Any, look: Look, layer: Any, unit: int) -> Apart | None:
    """What one unit of a layer is made of, for one picture; None where that cannot be told."""
    found = _reader(layer)
    if found is None:
        return None
    kind, reader = found
    asked = Asked(network, look, layer, unit)
    facts, arrays = reader(asked)
    told, after = steps(asked, with_own=kind in _WITH_OWN) if kind not in ("copied", "bent") else ([], [])
    arrays = {**arrays, "value": asked.value}
    if after:
        arrays["after"] = np.stack(after)
    return Apart(kind, {**facts, "sources": asked.names, "steps": told, "precision": look.precision}, arrays)


#: Kinds of layers that may have an activation of their own.
_WITH_OWN = ("sum", "terms", "scaled")

_Found = tuple[str, Callable[[Asked], Parts]]


def _reader(layer: Any) -> _Found | None:
    """The kind of a layer and the function that takes it apart."""
    name, rank = type(layer).__name__, len(layer.output.shape)
    if name in ("Conv2D", "DepthwiseConv2D", "Dense", "EinsumDense"):
        return _weighing(layer, name) if pointwise.function_of(layer) is not None else None
    if name in ("MaxPooling2D", "AveragePooling2D"):
        return ("largest" if name.startswith("Max") else "mean"), windows.pooled
    if name in ("GlobalMaxPooling2D", "GlobalAveragePooling2D", "GlobalAveragePooling1D"):
        return ("largest" if "Max" in name else "mean"), windows.pooled_globally
    if name == "MultiHeadAttention":
        return ("attention", attention.attended) if attention.is_plain(layer) else None
    if name in ("BatchNormalization", "LayerNormalization"):
        plain = layer.axis in (-1, rank - 1, [-1], [rank - 1]) and not getattr(layer, "rms_scaling", False)
        batch = name == "BatchNormalization"
        kind = ("normalised", pointwise.normalised) if batch else ("standardised", pointwise.standardised)
        return kind if plain else None
    if name in ("ReLU", "LeakyReLU", "Activation"):
        return ("bent", pointwise.bent) if pointwise.function_of(layer) is not None else None
    if name in copies.COPYING:
        return "copied", copies.copied
    return _BY_NAME.get(name)


_BY_NAME: dict[str, _Found] = {
    "Add": ("added", pointwise.combined),
    "Multiply": ("multiplied", pointwise.combined),
    "Rescaling": ("scaled", pointwise.scaled),
    "Normalization": ("scaled", pointwise.scaled),
}


def _weighing(layer: Any, name: str) -> _Found | None:
    if name == "Conv2D":
        return "sum", windows.convolved
    if name == "DepthwiseConv2D":
        return "sum", windows.convolved_alone
    if name == "Dense":
        return ("sum", windows.weighed_everywhere) if len(layer.output.shape) > 2 else ("terms", weights.weighed)
    if weights.is_mixing(layer):
        return "sum", windows.weighed_everywhere
    return ("scaled", pointwise.scaled) if weights.is_scaling(layer) else None
