"""The loss that training makes small: Keras's own, as the balance strategy wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imgcls.balance import Plan

#: (labels float32 (b, classes), logits float32 (b, classes)) → the mean over the batch
Loss = Callable[[Any, Any], Any]


def make_loss(plan: Plan | None = None) -> Loss:
    """Cross-entropy; each image's weighted by its class, or focal, where `plan` says so.

    A mixed label weighs what its classes weigh, in proportion.
    """
    import keras
    import tensorflow as tf

    plan = plan or Plan()
    if plan.gamma is not None:
        # alpha weighs classes; 1 leaves that alone
        return keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=plan.gamma, from_logits=True)
    entropy = keras.losses.CategoricalCrossentropy(from_logits=True)
    if plan.weights is None:
        return entropy
    weights = tf.constant(plan.weights, tf.float32)
    return lambda labels, logits: entropy(labels, logits, sample_weight=tf.linalg.matvec(labels, weights))
