"""What holds for every answer of every method, whatever the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.evaluation.metrics import softmax
from imgcls.explain import Status
from imgcls.explain.engine import explainable_layers, has_relu
from imgcls.explain.registry import Family


def check_sound(model: Any, known: Any, image: np.ndarray, found: Any) -> None:
    """Its maps have their sizes and are numbers; where it has nothing to say, it says so, and why.

    Args:
        model: was asked; known: the method; image: (height, width, channels), float32; found: the explanation.
    """
    assert found.map.shape == image.shape[:2]
    for array in (found.raw, found.map, found.logits):
        assert np.isfinite(array).all()
    if misfit := known.misfit(bool(explainable_layers(model)), has_relu(model)):
        assert (found.status, found.raw.shape, found.drawn) == (misfit, (0, 0), False)
    elif known.family == Family.SYNTHESIS:
        assert (found.status, found.picture.shape) == (Status.OK, image.shape)
    elif known.name == "rise" and not found.raw.any():
        assert found.status in (Status.SATURATED, Status.NO_EFFECT)
        assert _moved(model, image, found.target) < 1e-4, "it is said that nothing moves the probability"
    else:
        assert found.status in (Status.OK, Status.NOT_CLASS_SPECIFIC, Status.NO_POSITIVE_EVIDENCE)
        assert found.raw.shape == (found.layer_shape[:2] if known.needs_layer else image.shape[:2])
        assert found.map.max() == found.drawn


def _moved(model: Any, image: np.ndarray, target: int) -> float:
    """How far the probability of the class lies, at most, from that of pictures of which one half is hidden."""
    half = np.stack([image, image, image])
    half[1, : len(image) // 2] = image.mean((0, 1))
    half[2, len(image) // 2 :] = image.mean((0, 1))
    return float(np.ptp(softmax(model(half, training=False).numpy())[:, target]))
