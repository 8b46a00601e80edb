"""SmoothGrad: the mean of the gradient over noisy copies of the image.

Smilkov et al. 2017, *SmoothGrad: removing noise by adding noise*, https://arxiv.org/abs/1706.03825
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from imgcls.explain.registry import AT_ONCE, Family, Subject, register_method
from imgcls.explain.saliency import strongest
from imgcls.language import N_
from imgcls.registry import Options


class SmoothGradOptions(Options):
    """How many noisy copies, and how noisy."""

    samples: int = Field(25, ge=1, le=200, title=N_("noisy copies"), description=N_("More copies: a smoother map."))
    noise: float = Field(
        0.15,
        ge=0,
        le=1,
        title=N_("noise"),
        description=N_("Standard deviation of the noise, as a share of the range from black to white."),
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title=N_("seed"), description=N_("The same seed, the same noise."))


@register_method(
    "smoothgrad",
    title=N_("SmoothGrad"),
    paper="Smilkov et al. 2017, https://arxiv.org/abs/1706.03825",
    question=N_("Which pixels does the score of this class react to, on average over pictures almost like this one?"),
    limits_text=N_(
        "It is saliency with less noise, and says no more than saliency does. Too much noise blurs what was meant."
    ),
    cost=N_("As many passes forward and back as there are noisy copies."),
    family=Family.PIXELS,
    passes=lambda options, size: 3 * options.samples,
    options=SmoothGradOptions,
    signed=False,
)
def smoothgrad(subject: Subject, options: SmoothGradOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, |1/m Σ ∂S/∂x(x + N(0, σ²))|, the largest of a pixel's channels."""
    return np.stack([strongest(_mean(subject, place, options)[None])[0] for place in range(len(subject.images))])


def _mean(subject: Subject, place: int, options: SmoothGradOptions) -> np.ndarray:
    """The mean gradient of one image: `(h, w, c)`. Each image has the same noise, alone or in a batch."""
    low, high = subject.values
    draws = np.random.default_rng(options.seed)
    image, total = subject.images[place], np.zeros(subject.images.shape[1:], np.float64)
    for start in range(0, options.samples, AT_ONCE):
        subject.progress(place * options.samples + start, len(subject.images) * options.samples)
        count = min(AT_ONCE, options.samples - start)
        noise = draws.standard_normal((count, *image.shape), np.float32) * np.float32(options.noise * (high - low))
        total += subject.look(image + noise, np.full(count, place)).input_gradients.sum(axis=0)
    return (total / options.samples).astype(np.float32)
