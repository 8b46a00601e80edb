"""Grad-CAM: channels of a layer, weighted by how much the class's logit depends on each.

Selvaraju et al. 2017, *Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization*, https://arxiv.org/abs/1610.02391
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "grad-cam",
    title=N_("Grad-CAM"),
    paper="Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391",
    question=N_("In which regions did the layer find what raises the score of this class?"),
    limits_text=N_(
        "It is as coarse as the layer's map and cannot point at single pixels. It averages the gradient over the "
        "picture, so with several objects it can mark a place that the score does not depend on. It shows what "
        "speaks for the class, not what speaks against it."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.LAYER,
)
def grad_cam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps before the ReLU: `(n, h', w')` float32, positive where a region speaks for the class."""
    return weighted_sum(channel_weights(subject.seen.activation_gradients), subject.seen.activations)


def channel_weights(gradients: np.ndarray) -> np.ndarray:
    """Equation 1, α = 1/Z Σᵢⱼ ∂S/∂Aᵢⱼ: `(n, h', w', k)` to `(n, k)`."""
    return gradients.mean(axis=(1, 2))


def weighted_sum(weights: np.ndarray, activations: np.ndarray) -> np.ndarray:
    """Equation 2 without its ReLU, Σₖ αₖ Aₖ: `(n, k)` and `(n, h', w', k)` to `(n, h', w')`."""
    return np.einsum("nk,nhwk->nhw", weights, activations)
