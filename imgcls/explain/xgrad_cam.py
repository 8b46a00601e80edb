"""XGrad-CAM: Grad-CAM whose average over the map is weighted by the activations, to satisfy two axioms.

Fu et al. 2020, *Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs*,
https://arxiv.org/abs/2008.02312
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.grad_cam import weighted_sum
from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_

#: As in the authors' code: a channel that is silent everywhere gets no weight.
_EPSILON = 1e-7


@register_method(
    "xgrad-cam",
    title=N_("XGrad-CAM"),
    paper="Fu et al. 2020, https://arxiv.org/abs/2008.02312",
    question=N_("In which regions did the layer find what raises the score, each channel counted where it is active?"),
    limits_text=N_(
        "It is as coarse as the layer's map. Its axioms hold approximately, and best in networks made of ReLUs."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.LAYER,
)
def xgrad_cam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps before the ReLU: `(n, h', w')` float32; αₖ = Σ (∂S/∂Aₖ · Aₖ) / Σ Aₖ (equation 8)."""
    activations = subject.seen.activations
    weights = (subject.seen.activation_gradients * activations).sum(axis=(1, 2))
    weights = weights / (activations.sum(axis=(1, 2)) + _EPSILON)
    return weighted_sum(weights, activations)
