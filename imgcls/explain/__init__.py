"""Explaining a prediction. No Keras is imported until something is explained.

`explain(model, images, targets)` gives one `Explanation` an image; `methods()` lists the methods. Layers are
listed by `imgcls.explain.engine`, pictures are drawn by `imgcls.explain.picture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# importing a method's file registers it; they are listed in this order
# isort: off
from imgcls.explain import grad_cam as _grad_cam  # noqa: F401
from imgcls.explain import grad_cam_plus_plus as _grad_cam_plus_plus  # noqa: F401
from imgcls.explain import hirescam as _hirescam  # noqa: F401
from imgcls.explain import layercam as _layercam  # noqa: F401
from imgcls.explain import xgrad_cam as _xgrad_cam  # noqa: F401
from imgcls.explain import eigen_cam as _eigen_cam  # noqa: F401
from imgcls.explain import score_cam as _score_cam  # noqa: F401
from imgcls.explain import saliency as _saliency  # noqa: F401
from imgcls.explain import smoothgrad as _smoothgrad  # noqa: F401
from imgcls.explain import gradient_x_input as _gradient_x_input  # noqa: F401
from imgcls.explain import integrated_gradients as _integrated_gradients  # noqa: F401
from imgcls.explain import guided_backprop as _guided_backprop  # noqa: F401
from imgcls.explain import occlusion as _occlusion  # noqa: F401
from imgcls.explain import rise as _rise  # noqa: F401
from imgcls.explain import lime as _lime  # noqa: F401
from imgcls.explain import activation_maximization as _activation_maximization  # noqa: F401

# isort: on
from imgcls.explain.explain import explain
from imgcls.explain.explanation import STATUS_WORDS, Explanation, Status, explanation_from
from imgcls.explain.registry import Method, method, methods

if TYPE_CHECKING:
    import numpy as np


def engine_scores(model: Any, images: np.ndarray) -> np.ndarray:
    """The logits of any number of images, as `engine.scores`, without importing TensorFlow before it is needed."""
    from imgcls.explain import engine

    return engine.scores(model, images)


__all__ = [
    "STATUS_WORDS",
    "Explanation",
    "Method",
    "Status",
    "engine_scores",
    "explain",
    "explanation_from",
    "method",
    "methods",
]
