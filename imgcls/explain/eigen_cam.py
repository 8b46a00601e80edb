"""Eigen-CAM: the first principal component of a layer's activations.

Muhammad and Yeasin 2020, *Eigen-CAM: Class Activation Map using Principal Components*,
https://arxiv.org/abs/2008.00299
"""

from __future__ import annotations

import numpy as np

from imgcls.explain.registry import Family, NoOptions, Subject, register_method
from imgcls.language import N_


@register_method(
    "eigen-cam",
    title=N_("Eigen-CAM"),
    paper="Muhammad and Yeasin 2020, https://arxiv.org/abs/2008.00299",
    question=N_("What stands out most in this picture to the layer?"),
    limits_text=N_(
        "It does not know of any class: the map is the same for all of them, so it is no evidence for an answer."
    ),
    cost=N_("One pass forward: milliseconds."),
    family=Family.LAYER,
    class_specific=False,
    signed=False,
)
def eigen_cam(subject: Subject, options: NoOptions) -> np.ndarray:
    """Raw maps: `(n, h', w')` float32, the centred activations projected on their first right singular vector.

    A singular vector has no sign of its own: here the place that differs most from the mean is positive where its
    activations are stronger than the mean's, so that what stands out is bright.
    """
    return np.stack([_projection(each) for each in subject.seen.activations])


def _projection(activations: np.ndarray) -> np.ndarray:
    """`(h', w', k)` to `(h', w')`."""
    places = activations.reshape(-1, activations.shape[-1]).astype(np.float64)
    centred = places - places.mean(axis=0)
    if not np.isfinite(centred).all():
        return np.full(activations.shape[:2], np.nan, np.float32)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    projected = centred @ components[0]
    strength = places.sum(axis=1) - places.sum(axis=1).mean()
    if projected @ strength < 0:
        projected = -projected
    return projected.reshape(activations.shape[:2]).astype(np.float32)
