"""Occlusion: a square moves over the picture; where the score falls, something mattered.

Zeiler and Fergus 2013, *Visualizing and Understanding Convolutional Networks*, https://arxiv.org/abs/1311.2901
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.explain.explanation import without_rounding
from imgcls.explain.fill import Fill, fill_field, filled
from imgcls.explain.registry import AT_ONCE, Family, Size, Subject, register_method
from imgcls.language import N_
from imgcls.registry import Options


class OcclusionOptions(Options):
    """The square and its steps."""

    patch: float = Field(
        0.2,
        gt=0,
        le=1,
        title=N_("side of the square"),
        description=N_("As a share of the picture's shorter side. Small squares miss what is seen twice."),
    )
    stride: float = Field(
        0.5,
        gt=0,
        le=1,
        title=N_("step length"),
        description=N_("As a share of the square. Smaller steps: a finer map."),
    )
    fill: Fill = fill_field("grey")


@register_method(
    "occlusion",
    title=N_("Occlusion"),
    paper="Zeiler and Fergus 2013, https://arxiv.org/abs/1311.2901",
    question=N_("How much does the score of this class fall when this part of the picture is hidden?"),
    limits_text=N_(
        "It sees parts one at a time: where either of two would do, hiding one changes nothing. The hidden square is "
        "something that the network never saw in training."
    ),
    cost=N_("One pass forward for each place of the square: some tens to thousands."),
    family=Family.HIDING,
    passes=lambda options, size: 3 + len(_corners(options, size)[1]),
    options=OcclusionOptions,
)
def occlusion(subject: Subject, options: OcclusionOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, the mean fall of the score over the squares that cover a pixel."""
    height, width = subject.images.shape[1:3]
    side, corners = _corners(options, Size(height, width))
    hidden = filled(subject.images, options.fill, subject.values)
    return np.stack([_falls(subject, place, hidden[place], side, corners) for place in range(len(subject.images))])


def _corners(options: OcclusionOptions, size: Size) -> tuple[int, list[tuple[int, int]]]:
    """The side of the square in pixels, and its upper left corners; the last ones stand at the edge."""
    side = max(1, round(options.patch * min(size.height, size.width)))
    step = max(1, round(options.stride * side))
    rows, columns = (sorted({*range(0, whole - side, step), whole - side}) for whole in (size.height, size.width))
    return side, [(row, column) for row in rows for column in columns]


def _falls(subject: Subject, place: int, hidden: np.ndarray, side: int, corners: list[tuple[int, int]]) -> np.ndarray:
    image = subject.images[place]
    whole = subject.scores(image[None], np.array([place]))[0]
    falls, times = np.zeros(image.shape[:2], np.float64), np.zeros(image.shape[:2], np.int64)
    for start in range(0, len(corners), AT_ONCE):
        subject.progress(place * len(corners) + start, len(subject.images) * len(corners))
        part = corners[start : start + AT_ONCE]
        windows = [(slice(row, row + side), slice(column, column + side)) for row, column in part]
        changed = np.repeat(image[None], len(part), axis=0)
        for copy, window in zip(changed, windows, strict=True):
            copy[window] = hidden[window]
        for window, score in zip(windows, subject.scores(changed, np.full(len(part), place)), strict=True):
            falls[window] += float(whole) - float(score)
            times[window] += 1
    return without_rounding(falls / times, float(whole)).astype(np.float32)
