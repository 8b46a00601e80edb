"""Integrated gradients: the score's way from nothing to the picture, shared out among the pixels.

Sundararajan et al. 2017, *Axiomatic Attribution for Deep Networks*, https://arxiv.org/abs/1703.01365
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.explain.fill import Fill, fill_field, filled
from imgcls.explain.registry import AT_ONCE, Family, Subject, register_method
from imgcls.language import N_
from imgcls.registry import Options


class IntegratedGradientsOptions(Options):
    """Where the way begins, and in how many steps it is gone."""

    steps: int = Field(
        32, ge=2, le=256, title=N_("steps"), description=N_("More steps: the shares add up more exactly.")
    )
    baseline: Fill = fill_field("black")


@register_method(
    "integrated-gradients",
    title=N_("Integrated gradients"),
    paper="Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365",
    question=N_("What did each pixel add to the score of this class on the way from an empty picture to this one?"),
    limits_text=N_(
        "Everything is relative to the empty picture chosen as the beginning: what looks like it gets no share. The "
        "shares add up exactly, which does not make them what the network meant."
    ),
    cost=N_("As many passes forward and back as there are steps."),
    family=Family.PIXELS,
    passes=lambda options, size: 3 * options.steps,
    options=IntegratedGradientsOptions,
)
def integrated_gradients(subject: Subject, options: IntegratedGradientsOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, (x − x₀) · ∫ ∂S/∂x(x₀ + t (x − x₀)) dt, summed over a pixel's channels.

    The integral by Gauss and Legendre's rule: at 32 steps its shares add up to S(x) − S(x₀) within half a percent,
    where the left sums of the paper's listing miss by six.
    """
    nothing = filled(subject.images, options.baseline, subject.values)
    return np.stack([_one(subject, place, nothing[place], options.steps) for place in range(len(subject.images))])


def _one(subject: Subject, place: int, nothing: np.ndarray, steps: int) -> np.ndarray:
    points, weights = np.polynomial.legendre.leggauss(steps)
    points, weights = (points + 1) / 2, weights / 2  # from [-1, 1] to [0, 1]
    way = subject.images[place] - nothing
    mean = np.zeros(way.shape, np.float64)
    for start in range(0, steps, AT_ONCE):
        subject.progress(place * steps + start, len(subject.images) * steps)
        share = points[start : start + AT_ONCE, None, None, None].astype(np.float32)
        seen = subject.look(nothing + share * way, np.full(len(share), place))
        mean += np.einsum("m,mhwc->hwc", weights[start : start + AT_ONCE], seen.input_gradients)
    return (way * mean).sum(axis=-1).astype(np.float32)
