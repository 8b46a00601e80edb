"""What a reader of the page computes: the value at one place of a unit, from what was sent of it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, exp, sqrt, tanh
from typing import Any

import numpy as np

from imgcls.inside import Apart


def value_at(apart: Apart, row: int, column: int) -> float:
    """Before the steps that follow."""
    return _KINDS[apart.kind](apart.facts, apart.arrays, row, column)


def steps_at(apart: Apart, x: float) -> list[float]:
    """What becomes of a number in each step."""
    found = []
    for step in apart.facts["steps"]:
        x = normal(step, x) if step["kind"] == "norm" else bend(step["function"], x)
        found.append(x)
    return found


def normal(numbers: dict[str, Any], x: float) -> float:
    return numbers["gamma"] * (x - numbers["mean"]) / sqrt(numbers["variance"] + numbers["epsilon"]) + numbers["beta"]


def bend(function: dict[str, Any], x: float) -> float:
    match function["name"]:
        case "relu":
            return min(max(x, 0.0), np.inf if function["most"] is None else function["most"])
        case "leaky_relu":
            return x if x > 0 else function["slope"] * x
        case "elu":
            return x if x > 0 else exp(x) - 1
        case "silu":
            return x * _sigmoid(x)
        case "gelu":
            return x * (1 + erf(x / sqrt(2))) / 2
        case "tanh":
            return tanh(x)
        case "sigmoid":
            return _sigmoid(x)
    assert function["name"] == "linear"
    return x


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(min(-x, 700)))


def _window(facts: dict[str, Any], x: np.ndarray, row: int, column: int) -> list[tuple[int, int, np.ndarray]]:
    """The real cells under the window: row and column in it, and the values of the channels."""
    window, found = facts["window"], []
    for p in range(window["kernel"][0]):
        for q in range(window["kernel"][1]):
            at = [
                place * stride + offset * dilation - pad
                for place, stride, offset, dilation, pad in zip(
                    (row, column), window["stride"], (p, q), window["dilation"], window["pad"], strict=True
                )
            ]
            if 0 <= at[0] < x.shape[0] and 0 <= at[1] < x.shape[1]:
                found.append((p, q, x[at[0], at[1]].astype(float)))
    return found


def _sum(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    total = sum(float(seen @ arrays["kernel"][p, q]) for p, q, seen in _window(facts, arrays["x"], row, column))
    rest = float(arrays["rest"][row, column]) if facts["others"] else 0.0
    return total + rest + facts["bias"]


def _largest(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    return max(float(seen[0]) for _, _, seen in _window(facts, arrays["x"], row, column))


def _mean(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    return float(np.nanmean([seen[0] for _, _, seen in _window(facts, arrays["x"], row, column)]))


def _terms(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    return float(arrays["x"].astype(float) @ arrays["weights"]) + facts["rest"] + facts["bias"]


def _attention(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    grid = facts["grid"]
    token = (
        column if grid["lead"] and row == 0 else grid["lead"] + (row - (grid["lead"] > 0)) * grid["columns"] + column
    )
    return float((arrays["shares"][:, token].astype(float) * arrays["handed"]).sum()) + facts["bias"]


def _inputs(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> np.ndarray:
    return arrays["inputs"][:, row, column].astype(float)


def _standardised(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    numbers = {**facts, "mean": arrays["means"][row, column], "variance": arrays["variances"][row, column]}
    return normal(numbers, float(arrays["inputs"][0, row, column]))


def _scaled(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    return float(
        arrays["inputs"][0, row, column].astype(float) * arrays["scale"][row, column] + arrays["offset"][row, column]
    )


def _copied(facts: dict[str, Any], arrays: dict[str, np.ndarray], row: int, column: int) -> float:
    """Only where the map that it comes from was sent."""
    down, across, _ = arrays["origin"][row, column]
    return 0.0 if down < 0 else float(arrays["inputs"][0, down, across])


_KINDS: dict[str, Callable[..., float]] = {
    "sum": _sum,
    "largest": _largest,
    "mean": _mean,
    "terms": _terms,
    "attention": _attention,
    "added": lambda *given: float(_inputs(*given).sum()),
    "multiplied": lambda *given: float(_inputs(*given).prod()),
    "normalised": lambda facts, *given: normal(facts, float(_inputs(facts, *given)[0])),
    "standardised": _standardised,
    "scaled": _scaled,
    "bent": lambda facts, *given: bend(facts["function"], float(_inputs(facts, *given)[0])),
    "copied": _copied,
}
