"""The traced functions of training: several steps in one call, and the logits of many images."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.architectures import Preprocessing

#: The most steps of one call; at a millisecond a step it still answers within a blink.
MOST = 64


class Steps:
    """Training and validation steps of one model.

    Several steps run in one traced call, because a call from Python costs as much as a small network's
    step. No XLA: on a CPU it is slower.

    Args:
        model: uint8-preprocessed images → logits.
        optimizer: a Keras optimizer; its learning rate is set for every step.
        preprocessing: how uint8 pixels become the model's input.
    """

    def __init__(self, model: Any, optimizer: Any, preprocessing: Preprocessing) -> None:
        import keras
        import tensorflow as tf

        self._loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        self.model, self.optimizer, self._preprocessing = model, optimizer, preprocessing
        optimizer.build(model.trainable_variables)
        self._train = tf.function(self._run, reduce_retracing=True, jit_compile=False)
        self._predict = tf.function(self._logits, reduce_retracing=True, jit_compile=False)

    def train(self, batches: Any, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One step for each learning rate, at most `MOST`; returns loss and accuracy of each step's batch, (steps,)."""
        import tensorflow as tf

        # one shape for any number of steps: another shape would trace the network anew
        padded = np.zeros(MOST, np.float32)
        padded[: len(rates)] = rates
        losses, hits = self._train(batches, tf.constant(padded), tf.constant(len(rates)))
        return losses.numpy(), hits.numpy()

    def predict(self, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """Logits of uint8 images (n, h, w, c): float32 (n, classes)."""
        import tensorflow as tf

        parts = [images[start : start + batch_size] for start in range(0, len(images), batch_size)]
        return np.concatenate([self._predict(tf.constant(part)).numpy() for part in parts])

    def _input(self, images: Any) -> Any:
        import tensorflow as tf

        return tf.cast(images, tf.float32) * self._preprocessing.scale + self._preprocessing.offset

    def _logits(self, images: Any) -> Any:
        return self.model(self._input(images), training=False)

    def _run(self, batches: Any, rates: Any, count: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        losses = tf.TensorArray(tf.float32, size=count)
        hits = tf.TensorArray(tf.float32, size=count)
        for place in tf.range(count):
            images, labels = next(batches)
            self.optimizer.learning_rate.assign(rates[place])
            loss, logits = self._one(self._input(images), labels)
            right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
            losses = losses.write(place, loss)
            hits = hits.write(place, tf.reduce_mean(tf.cast(right, tf.float32)))
        return losses.stack(), hits.stack()

    def _one(self, images: Any, labels: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            logits = self.model(images, training=True)
            loss = self._loss(labels, logits)
            total = tf.add_n([loss, *self.model.losses])  # regularisation, where a layer asks for it
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(total, variables), variables)
        return loss, logits
