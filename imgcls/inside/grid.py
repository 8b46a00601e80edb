"""Any layer's output as maps: feature maps as they are, tokens in their places on the picture, a vector as one place.

A map is a table of numbers with rows and columns. The tokens of a vision transformer are patches of the picture; a
class token stands alone in a row of its own above them, and what is left of that row is no number (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.inside.look import layers_of


@dataclass(frozen=True)
class Grid:
    """Where the tokens of a layer belong: `rows` × `columns` patches; `lead`: so many tokens before them."""

    rows: int
    columns: int
    lead: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows + (self.lead > 0), self.columns


def grid_of(network: Any, tokens: int) -> Grid:
    """The places of so many tokens: those of the maps that they were cut from, else one below another."""
    for layer in layers_of(network):
        shape = layer.output.shape[1:]
        if len(shape) == 3 and 0 <= tokens - shape[0] * shape[1] <= 1:
            return Grid(int(shape[0]), int(shape[1]), tokens - int(shape[0] * shape[1]))
    return Grid(tokens, 1)


def as_maps(network: Any, output: np.ndarray) -> np.ndarray:
    """A layer's output without the axis of the batch → maps float32 (rows, columns, channels); NaN: no place."""
    if output.ndim == 3:
        return output
    if output.ndim == 1:
        return output[None, None]
    return on_grid(grid_of(network, len(output)), output)


def on_grid(grid: Grid, values: np.ndarray) -> np.ndarray:
    """Values of tokens (t, …) in their places (rows, columns, …)."""
    made = np.full((*grid.shape, *values.shape[1:]), np.nan, np.float32)
    if grid.lead:
        made[0, : grid.lead] = values[: grid.lead]
    made[-grid.rows :] = values[grid.lead :].reshape(grid.rows, grid.columns, *values.shape[1:])
    return made


def token_at(grid: Grid, row: int, column: int) -> int | None:
    """The number of the token at a place, from 0; None: there is none."""
    if grid.lead and row == 0:
        return column if column < grid.lead else None
    return grid.lead + (row - (grid.lead > 0)) * grid.columns + column
