"""Where the heat of a map lies: on what, and how much of it."""

from __future__ import annotations

import numpy as np


def energy_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The share of each map's heat that lies on its mask: float64 (n,), 0 to 1; NaN for a map without heat.

    The energy-based pointing game (Wang et al. 2020, Score-CAM, https://arxiv.org/abs/1910.01279). A map that is the
    same everywhere gets the mask's share of the area.

    Args:
        maps: (n, h, w), not negative.
        masks: bool (n, h, w).
    """
    heat = np.asarray(maps, np.float64)
    whole = heat.sum(axis=(1, 2))
    inside = np.where(masks, heat, 0.0).sum(axis=(1, 2))
    return np.divide(inside, whole, out=np.full(len(heat), np.nan), where=whole > 0)
