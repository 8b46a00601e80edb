"""Pointing: where the objects are known, does the map point at them?

The pointing game: Zhang et al. 2016, *Top-down Neural Attention by Excitation Backprop*,
https://arxiv.org/abs/1608.00507. Energy in the object: Wang et al. 2020, *Score-CAM*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.explain import explain
from imgcls.explain.energy import energy_inside
from imgcls.language import N_
from imgcls.trust.question import Progress, nobody

#: Images in one step of the work.
AT_ONCE = 8

POINTS = N_(
    "It points at the object more often than the centre does. Pointing well is not yet a reason: a method can find "
    "objects and ignore the network."
)
MISSES = N_("It points at the object no more often than the centre of the picture does.")


@dataclass(frozen=True)
class Pointing:
    """How often the hottest place of a map lies on the object.

    Args:
        hits: share of images, 0 to 1; images without a map count as misses.
        centre, chance: the same for the middle of the picture, and for a random place (the object's share of the area).
        energy: mean share of the heat on the object; NaN if no image had a map.
        images: how many were asked.
        drawn: how many of them had a map.
    """

    hits: float
    centre: float
    chance: float
    energy: float
    images: int
    drawn: int


def pointing(
    model: Any,
    images: np.ndarray,
    labels: np.ndarray,
    masks: np.ndarray,
    method: str,
    layer: str | None = None,
    options: Mapping[str, Any] | None = None,
    values: tuple[float, float] = (0.0, 1.0),
    progress: Progress = nobody,
) -> Pointing:
    """Explain the true class of each image and look where the map is hottest.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        labels: `(n,)`, the true classes.
        masks: bool `(n, h, w)`, where the object is.
    """
    found = []
    for start in range(0, len(images), AT_ONCE):
        progress(start, len(images))
        part = slice(start, start + AT_ONCE)
        found += explain(model, images[part], labels[part], method, layer, options, values=values)
    progress(len(images), len(images))
    drawn = np.array([each.drawn for each in found])
    maps = np.stack([each.map for each in found])
    hits = masks.reshape(len(masks), -1)[np.arange(len(maps)), maps.reshape(len(maps), -1).argmax(axis=1)] & drawn
    energy = energy_inside(maps[drawn], masks[drawn]) if drawn.any() else np.array([np.nan])
    height, width = masks.shape[1:]
    centre = masks[:, (height - 1) // 2 : height // 2 + 1, (width - 1) // 2 : width // 2 + 1].mean(axis=(1, 2)) >= 0.5
    whole = float(hits.mean()), float(centre.mean()), float(masks.mean())
    return Pointing(*whole, float(np.nanmean(energy)), len(images), int(drawn.sum()))


def verdict(found: Pointing) -> str:
    """What the hits say, in one sentence marked with `N_`."""
    return POINTS if found.hits > found.centre else MISSES
