"""Grad-CAM++: Grad-CAM whose average over the map gives more weight to places that several objects share.

Chattopadhay et al. 2018, *Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks*,
https://arxiv.org/abs/1710.11063
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.grad_cam import weighted_sum
from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "grad-cam++",
    title=N_("Grad-CAM++"),
    paper="Chattopadhay et al. 2018, https://arxiv.org/abs/1710.11063",
    question=N_("In which regions did the layer find what raises the score, if it may be in several places at once?"),
    limits_text=N_(
        "It keeps only gradients that raise the score, so it can hardly tell two classes apart that share features, "
        "and it points at objects even where the network does not need them."
    ),
    cost=N_("One pass forward and one back: milliseconds."),
    family=Family.LAYER,
)
def grad_cam_plus_plus(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps before the ReLU: `(n, h', w')` float32.

    The score is e^S, as in the paper, so its second and third derivatives are powers of the first (equation 19):
    α = g² / (2 g² + Σ A · g³), and e^S itself cancels in the normalised map: logits above 88 do no harm.
    """
    gradients, activations = subject.seen.activation_gradients, subject.seen.activations
    squares = gradients**2
    below = 2 * squares + activations.sum(axis=(1, 2), keepdims=True) * gradients**3
    alphas = np.divide(squares, below, out=np.zeros_like(squares), where=np.abs(below) > np.finfo(np.float32).tiny)
    return weighted_sum((alphas * np.maximum(gradients, 0)).sum(axis=(1, 2)), activations)
