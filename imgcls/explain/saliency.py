"""Saliency: how strongly the score reacts to each pixel.

Simonyan et al. 2013, *Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency
Maps*, https://arxiv.org/abs/1312.6034
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "saliency",
    title=N_("Saliency"),
    paper="Simonyan et al. 2013, https://arxiv.org/abs/1312.6034",
    question=N_("Which pixels would change the score of this class most if they changed a little?"),
    limits_text=N_(
        "It shows where the score is sensitive, not what it is made of: a strong reaction says neither for nor "
        "against. Single pixels are noisy."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.PIXELS,
    signed=False,
)
def saliency(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, the largest |∂S/∂x| of a pixel's channels; never negative."""
    return strongest(subject.seen.input_gradients)


def strongest(gradients: np.ndarray) -> np.ndarray:
    """The largest magnitude among the channels: `(n, h, w, c)` to `(n, h, w)`."""
    return np.abs(gradients).max(axis=-1)
