"""What is asked when a unit is taken apart: the network, one of its layers, one of its units, and one picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from imgcls.inside.grid import as_maps
from imgcls.inside.look import Look, sources

Parts = tuple[dict[str, Any], dict[str, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Asked:
    """One unit of one layer.

    Args:
        look: the outputs of all layers for a picture.
        unit: the number of the map, channel or unit, from 0.
    """

    network: Any
    look: Look
    layer: Any
    unit: int

    @cached_property
    def names(self) -> list[str]:
        """The layers that it takes its inputs from."""
        return sources(self.layer)

    @cached_property
    def raw(self) -> list[np.ndarray]:
        """What it is given: float32 without the axis of the batch, one for each name."""
        return [self.look.of(name) for name in self.names]

    @cached_property
    def given(self) -> list[np.ndarray]:
        """The same as maps (rows, columns, channels)."""
        return [as_maps(self.network, values) for values in self.raw]

    @cached_property
    def value(self) -> np.ndarray:
        """What the network computed: the unit's map (rows, columns)."""
        return as_maps(self.network, self.look.of(self.layer.name))[..., self.unit]
