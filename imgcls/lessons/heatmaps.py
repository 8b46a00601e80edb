"""A test of a heatmap: if its hottest places carry the answer, hiding them costs more than hiding any others."""

from __future__ import annotations

import numpy as np


def hottest(heat: np.ndarray, share: float) -> np.ndarray:
    """The hottest `share` of the cells of a map, bool (h, w); of equals the first in reading order.

    Args:
        heat: (h, w), finite; share: 0 to 1, rounded to whole cells, at least one.
    """
    count = max(1, round(share * heat.size))
    chosen = np.zeros(heat.size, bool)
    chosen[np.argsort(-heat, axis=None, kind="stable")[:count]] = True
    return chosen.reshape(heat.shape)


def elsewhere(mask: np.ndarray, seed: int) -> np.ndarray:
    """The same patch at another place: shifted with wrap-around, by steps that the seed draws; bool (h, w).

    It hides as much, and in one piece where the patch is in one: scattered pixels would be another disturbance.
    """
    height, width = mask.shape
    draw = np.random.default_rng(seed)
    steps = int(draw.integers(height // 4, height - height // 4)), int(draw.integers(width // 4, width - width // 4))
    return np.roll(mask, steps, axis=(0, 1))


def hidden(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A copy with the masked places in the picture's own mean colour; uint8 (h, w, c)."""
    covered = image.copy()
    covered[mask] = np.rint(image.reshape(-1, image.shape[-1]).mean(axis=0)).astype(np.uint8)
    return covered
