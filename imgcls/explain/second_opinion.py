"""A second opinion: Grad-CAM as tf-keras-vis computes it, beside ours.

tf-keras-vis (https://github.com/keisen/tf-keras-vis) is another implementation by other people. Where both draw the
same map, neither has a mistake that the other has not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

#: Two maps that differ by less than this share of the strongest value differ by rounding alone.
SAME = 1e-4


def can_be_asked(method: str, layer: str | None, against: int | None) -> bool:
    """Whether tf-keras-vis has an answer to it: Grad-CAM, of one class alone."""
    return method == "grad-cam" and layer is not None and against is None


def apart(ours: np.ndarray, theirs: np.ndarray) -> float | None:
    """The largest difference of two raw maps, as a share of the strongest value of ours; None where theirs is none."""
    if theirs.shape != ours.shape or not np.isfinite(theirs).all():
        return None
    return float(np.abs(theirs - ours).max() / max(float(np.abs(ours).max()), 1e-30))


def grad_cam_of_tf_keras_vis(model: keras.Model, images: np.ndarray, target: int, layer: str) -> np.ndarray:
    """The raw Grad-CAM map of the first image, before any ReLU, resizing or normalisation.

    Args:
        model: a flat graph with logits; it is given as it is, because tf-keras-vis's own way to replace a softmax
            fails on some of ours.
        images: `(n, h, w, c)` float32, as the model takes them.
        target: the class.
        layer: a name from `explainable_layers`.

    Returns:
        `(h', w')` float32.
    """
    import keras
    from tf_keras_vis.gradcam import Gradcam

    logits = model.outputs[0]
    flat = keras.Model([model.inputs[0]], [logits], name="imgcls_second")
    found = Gradcam(flat, model_modifier=None, clone=False)(
        lambda outputs: outputs[:, target],
        images[:1],
        penultimate_layer=layer,
        seek_penultimate_conv_layer=False,
        activation_modifier=None,
        expand_cam=False,
        normalize_cam=False,
    )
    return np.asarray(found[0] if isinstance(found, list) else found, np.float32).reshape(np.shape(found)[-2:])
