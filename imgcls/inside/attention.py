"""Self-attention: what every token hands over, times how much it is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.evaluation.metrics import softmax
from imgcls.inside.asked import Asked, Parts
from imgcls.inside.grid import grid_of


def attended(asked: Asked) -> Parts:
    """One channel of what attention gives: over all heads and tokens, share times what is handed over, and a bias.

    Answers `shares` (heads, t, t): how much each token, the second axis, takes of each, the third; they add up to 1.
    `handed` (heads, t): what a token hands over to this channel. `grid`: where tokens stand.
    """
    layer, x = asked.layer, asked.raw[0].astype(float)
    query, key, value = (_projected(part, x) for part in (layer._query_dense, layer._key_dense, layer._value_dense))
    scores = np.einsum("qhd,khd->hqk", query, key) / np.sqrt(layer.key_dim)
    out = np.asarray(layer._output_dense.kernel, float)[..., asked.unit]  # (heads, value_dim)
    grid = grid_of(asked.network, len(x))
    bias = layer._output_dense.bias
    facts = {
        "grid": {"rows": grid.rows, "columns": grid.columns, "lead": grid.lead},
        "bias": 0.0 if bias is None else float(np.asarray(bias)[asked.unit]),
        "has_bias": bias is not None,
    }
    handed = np.einsum("thd,hd->ht", value, out)
    return facts, {"shares": softmax(scores).astype(np.float32), "handed": handed.astype(np.float32)}


def _projected(dense: Any, x: np.ndarray) -> np.ndarray:
    """(t, width) → (t, heads, depth)."""
    found = np.einsum("td,dhk->thk", x, np.asarray(dense.kernel, float))
    return found if dense.bias is None else found + np.asarray(dense.bias, float)


def is_plain(layer: Any) -> bool:
    """Whether a layer asks itself, along one axis, as the formula above says."""
    parts = ("_query_dense", "_key_dense", "_value_dense", "_output_dense")
    return all(hasattr(layer, part) for part in parts) and len(layer.output.shape) == 3
