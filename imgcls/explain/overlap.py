"""A region that a person drew, held against a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.explain.energy import energy_inside


@dataclass(frozen=True)
class Overlap:
    """How well a region and a map agree.

    Args:
        heat_inside: the share of the map's heat that lies in the region, 0 to 1.
        intersection_over_union: of the region and the equally large hottest part of the map, 0 to 1.
        area: the region's share of the picture: the heat that a map without any idea would have inside.
    """

    heat_inside: float
    intersection_over_union: float
    area: float


def hottest(heat: np.ndarray, count: int) -> np.ndarray:
    """The `count` hottest places of a map: bool `(h, w)`. Of equal ones those that come first."""
    chosen = np.zeros(heat.size, bool)
    chosen[np.argsort(-heat.reshape(-1), kind="stable")[:count]] = True
    return chosen.reshape(heat.shape)


def overlap(heat: np.ndarray, region: np.ndarray) -> Overlap:
    """Hold a region against a map.

    Args:
        heat: `(h, w)`, not negative, with some heat in it.
        region: bool `(h, w)`, not empty.
    """
    own = hottest(heat, int(region.sum()))
    union = int((own | region).sum())
    return Overlap(
        float(energy_inside(heat[None], region[None])[0]), float((own & region).sum()) / union, float(region.mean())
    )


def shifted(region: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Regions of the same shape and size elsewhere: bool `(count, h, w)`, moved at random, around the edges."""
    draws = np.random.default_rng(seed)
    height, width = region.shape
    moves = zip(draws.integers(0, height, count).tolist(), draws.integers(0, width, count).tolist(), strict=True)
    return np.stack([np.roll(region, move, axis=(0, 1)) for move in moves])
