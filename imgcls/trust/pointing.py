"""Pointing: where the objects are known, does the map point at them?

The pointing game: Zhang et al. 2016, *Top-down Neural Attention by Excitation Backprop*,
https://arxiv.org/abs/1608.00507. Energy in the object: Wang et al. 2020, *Score-CAM*.

Where the object always covers the centre, the centre cannot be beaten, and pointing proves nothing. So the pictures are
moved first (`moved`), and only those count that the network still knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls import imagenet
from imgcls.datasets import DATASETS
from imgcls.explain import engine_scores, explain
from imgcls.explain.energy import energy_inside
from imgcls.language import N_
from imgcls.runs import get_run
from imgcls.trust.question import Progress, nobody, within

#: Test images that the game is played with.
POINTED = 96
#: Images in one step of the work.
AT_ONCE = 8
#: How far pictures are moved at most, as a share of their side.
MOVED = 3 / 8
#: Fewer images than this tell nothing.
FEWEST = 10

POINTS = N_(
    "It points at the object more often than the centre does. Pointing well is not yet a reason: a method can find "
    "objects and ignore the network."
)
MISSES = N_("It points at the object no more often than the centre of the picture or a random place does.")
UNSURE = N_(
    "It points at the object a little more often than the centre of the picture or a random place does; on so few "
    "images that can be chance."
)
TOO_FEW = N_("Moved to other places, the network knows too few of these pictures to tell where its maps point.")


@dataclass(frozen=True)
class Pointing:
    """How often the hottest place of a map lies on the object.

    Args:
        hits: share of images, 0 to 1; images without a map count as misses. NaN for no image.
        centre, chance: the same for the middle of the picture, and for a random place (the object's share of the area).
        energy: mean share of the heat on the object; NaN if no image had a map.
        images: how many were explained.
        drawn: how many of them had a map.
        asked: how many pictures the network was shown; those that it does not know are not explained.
    """

    hits: float
    centre: float
    chance: float
    energy: float
    images: int
    drawn: int
    asked: int

    @property
    def margin(self) -> float:
        """By how much hits must exceed the better baseline to be no chance: two standard errors of the difference."""
        best = max(self.centre, self.chance)
        return float(2 * np.sqrt((self.hits * (1 - self.hits) + best * (1 - best)) / max(self.images, 1)))


def moved(images: np.ndarray, masks: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Each picture and its mask moved by chance, what leaves at one edge coming back at the other.

    Args:
        images: `(n, h, w, c)`; masks: `(n, h, w)`.
    """
    draws = np.random.default_rng(seed)
    height, width = masks.shape[1:]
    found = images.copy(), masks.copy()
    for place in range(len(images)):
        by = [int(draws.integers(-reach, reach + 1)) for reach in (int(MOVED * height), int(MOVED * width))]
        for arrays, given in zip(found, (images, masks), strict=True):
            arrays[place] = np.roll(given[place], by, axis=(0, 1))
    return found


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
    """Explain the true class of each image that the network knows, and look where the map is hottest.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        labels: `(n,)`, the true classes.
        masks: bool `(n, h, w)`, where the object is.
    """
    asked, known = len(images), engine_scores(model, images).argmax(axis=1) == labels
    images, labels, masks = images[known], labels[known], masks[known]
    if not len(images):
        nothing = float("nan")
        return Pointing(nothing, nothing, nothing, nothing, 0, 0, asked)
    found = []
    for start in range(0, len(images), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        teller = within(progress, start / len(images), min(1.0, (start + AT_ONCE) / len(images)))
        found += explain(model, images[part], labels[part], method, layer, options, values=values, progress=teller)
    drawn = np.array([each.drawn for each in found])
    maps = np.stack([each.map for each in found])
    hits = masks.reshape(len(masks), -1)[np.arange(len(maps)), maps.reshape(len(maps), -1).argmax(axis=1)] & drawn
    energy = float(np.nanmean(energy_inside(maps[drawn], masks[drawn]))) if drawn.any() else float("nan")
    whole = float(hits.mean()), centre_hits(masks), float(masks.mean())
    return Pointing(*whole, energy, len(images), int(drawn.sum()), asked)


def centre_hits(masks: np.ndarray) -> float:
    """How often the middle of the picture lies on the object."""
    height, width = masks.shape[1:]
    middle = masks[:, (height - 1) // 2 : height // 2 + 1, (width - 1) // 2 : width // 2 + 1]
    return float((middle.mean(axis=(1, 2)) >= 0.5).mean())


def verdict(found: Pointing) -> str:
    """What the hits say, in one sentence marked with `N_`."""
    if found.images < FEWEST:
        return TOO_FEW
    ahead = found.hits - max(found.centre, found.chance)
    if ahead <= 0:
        return MISSES
    return POINTS if ahead > found.margin else UNSURE


def has_masks(model: str) -> bool:
    """Whether the data that a model was trained on knows where its objects are: only then can the game be played."""
    if imagenet.is_ready_made(model):
        return False
    name = get_run(model).recipe.dataset.name
    return name in DATASETS and DATASETS.get(name).has_masks
