"""RISE: the picture behind many random masks; what was in sight when it was still recognised.

Petsiuk et al. 2018, *RISE: Randomized Input Sampling for Explanation of Black-box Models*,
https://arxiv.org/abs/1806.07421
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.explain.explanation import Status, upsample, without_rounding
from imgcls.explain.fill import Fill, fill_field, filled
from imgcls.explain.registry import AT_ONCE, Family, Subject, register_method
from imgcls.language import N_
from imgcls.registry import Options

#: A mean probability this near to 0 or 1 cannot move.
SURE = 1e-4


class RiseOptions(Options):
    """The masks."""

    masks: int = Field(
        600, ge=50, le=8000, title=N_("masks"), description=N_("More masks: a steadier map, and a longer wait.")
    )
    cells: int = Field(
        7, ge=2, le=16, title=N_("cells"), description=N_("Cells along a side of the grid that the masks are drawn on.")
    )
    seen: float = Field(
        0.5, gt=0.05, lt=0.95, title=N_("in sight"), description=N_("The share of cells that a mask leaves in sight.")
    )
    fill: Fill = fill_field("grey")
    seed: int = Field(0, ge=0, le=2**31 - 1, title=N_("seed"), description=N_("The same seed, the same masks."))


@register_method(
    "rise",
    title=N_("RISE"),
    paper="Petsiuk et al. 2018, https://arxiv.org/abs/1806.07421",
    question=N_("Which places must be in sight for the network to give this class a high probability?"),
    limits_text=N_(
        "It is blurred by its masks and changes with the seed: with too few masks it is mostly chance. What lies "
        "behind a mask is something that the network never saw in training."
    ),
    cost=N_("One pass forward for each mask: hundreds to thousands."),
    family=Family.HIDING,
    passes=lambda options, size: 3 + options.masks,
    options=RiseOptions,
)
def rise(subject: Subject, options: RiseOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, how much more probable the class is when a pixel is in sight.

    The paper's estimate of E[f | pixel in sight], with the masks that were really drawn in place of their expectation,
    less the mean of f: so 0 means "makes no difference". f is the probability.
    """
    return np.stack([_one(subject, place, options) for place in range(len(subject.images))])


def _one(subject: Subject, place: int, options: RiseOptions) -> np.ndarray:
    draws = np.random.default_rng(options.seed)  # the same masks alone and in a batch
    image = subject.images[place]
    hidden = filled(image[None], options.fill, subject.values)[0]
    weighted, seen, total = np.zeros(image.shape[:2]), np.zeros(image.shape[:2]), 0.0
    for start in range(0, options.masks, AT_ONCE):
        subject.progress(place * options.masks + start, len(subject.images) * options.masks)
        masks = _masks(draws, min(AT_ONCE, options.masks - start), image.shape[:2], options)
        copies = hidden + masks[..., None] * (image - hidden)
        answers = subject.probabilities(copies.astype(np.float32), np.full(len(masks), place))
        weighted += np.einsum("m,mhw->hw", answers.astype(np.float64), masks)
        seen += masks.sum(axis=0)
        total += float(answers.sum())
    mean = total / options.masks
    raw = without_rounding(weighted / np.maximum(seen, 1e-9) - mean, mean).astype(np.float32)
    if not raw.any() and not SURE < mean < 1 - SURE:
        subject.hindrances[place] = Status.SATURATED
    return raw


def _masks(draws: np.random.Generator, count: int, size: tuple[int, ...], options: RiseOptions) -> np.ndarray:
    """`(count, h, w)` from 0 to 1: coarse random grids, enlarged, each shifted by less than one cell."""
    height, width = size
    cell = -(-height // options.cells), -(-width // options.cells)
    large = (options.cells + 1) * cell[0], (options.cells + 1) * cell[1]
    masks = np.empty((count, height, width), np.float32)
    for mask in masks:
        grid = (draws.random((options.cells + 1, options.cells + 1)) < options.seen).astype(np.float32)
        top, left = draws.integers(0, cell[0]), draws.integers(0, cell[1])
        mask[:] = upsample(grid, large)[top : top + height, left : left + width]
    return masks
