"""Gradient × input: each pixel's share of the score, as if the network were linear.

Shrikumar et al. 2016, *Not Just a Black Box: Learning Important Features Through Propagating Activation
Differences*, https://arxiv.org/abs/1605.01713
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "gradient-x-input",
    title=N_("Gradient × input"),
    paper="Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713",
    question=N_("What does each pixel add to the score of this class, if the network were linear around this picture?"),
    limits_text=N_(
        "A pixel whose value is 0 for the network, black for most, never gets any share, however much it matters. It "
        "follows the picture's own edges even in a network with random weights."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.PIXELS,
)
def gradient_x_input(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps: `(n, h, w)` float32, ∂S/∂x · x, summed over a pixel's channels; x is what the model takes."""
    return (subject.seen.input_gradients * subject.images).sum(axis=-1)
