"""The traced functions of training: several steps in one call, and the logits of many images."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.architectures import Preprocessing
from imgcls.architectures.measure import images_a_pass
from imgcls.training.data import PlainEpoch, gathered
from imgcls.training.fused import fuse_batch_norm
from imgcls.training.fused_update import fuse_update
from imgcls.training.half import in_half
from imgcls.training.late_activation import late_activation
from imgcls.training.loss import Loss, make_loss

#: The most steps of one call; at a millisecond a step it still answers within a blink.
MOST = 64


@dataclass(frozen=True)
class Group:
    """Variables that one optimizer changes.

    Args:
        optimizer: a Keras optimizer; its learning rate is set for every step.
        variables: what it changes.
        factor: of the learning rate; below 1 for a body that knows much already.
    """

    optimizer: Any
    variables: list[Any]
    factor: float = 1.0


class Steps:
    """Training and validation steps of one model.

    Several steps run in one traced call, because a call from Python costs as much as a small network's
    step. No XLA: on a CPU it is slower.

    Args:
        model: preprocessed images → logits.
        optimizer: a Keras optimizer for all that the model learns, or groups that have one each.
        preprocessing: how uint8 pixels become the model's input.
        loss: what is made small, where it is not the cross-entropy.

    Attributes:
        half: whether training steps compute in bfloat16; settled before the first of them.
    """

    half = False

    def __init__(
        self, model: Any, optimizer: Any | Iterable[Group], preprocessing: Preprocessing, loss: Loss | None = None
    ) -> None:
        import keras
        import tensorflow as tf

        fuse_batch_norm(model)
        self._cross_entropy = make_loss()
        self._loss = loss or self._cross_entropy
        self.model, self._preprocessing = model, preprocessing
        self._size = images_a_pass(model)
        whole = isinstance(optimizer, keras.optimizers.Optimizer)
        self._groups = [Group(optimizer, list(model.trainable_variables))] if whole else list(optimizer)
        for group in self._groups:
            group.optimizer.build(group.variables)
            fuse_update(group.optimizer)
        self._variables = [variable for group in self._groups for variable in group.variables]
        self._kernels = [place for place, variable in enumerate(self._variables) if _is_kernel(variable)]
        #: of the last step that was trained, for each of `kernel_layers`
        self.gradient_norms = np.full(len(self._kernels), np.nan, np.float32)
        self._train = tf.function(self._run, reduce_retracing=True, jit_compile=False)
        self._predict = tf.function(self._logits, reduce_retracing=True, jit_compile=False)

    @property
    def optimizer_variables(self) -> list[Any]:
        """What the optimizers remember from step to step."""
        return [variable for group in self._groups for variable in group.optimizer.variables]

    @property
    def kernel_layers(self) -> list[str]:
        """The layers that have kernels, from the image to the logits; `gradient_norms` are theirs."""
        return [self._variables[place].path.rpartition("/")[0] for place in self._kernels]

    def train(self, batches: Any, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One step for each learning rate, at most `MOST`.

        Args:
            batches: an iterator as `Batches.epoch` gives it, with as many batches left.
            rates: of learning, (steps,).

        Returns:
            Cross-entropy in nats and accuracy of each step's batch, both (steps,). Another loss is not told: its values
            could not be laid beside the validation's.
        """
        import tensorflow as tf

        # one shape for any number of steps: another shape would trace the network anew
        padded = np.zeros(MOST, np.float32)
        padded[: len(rates)] = rates
        given = batches.ahead(len(rates)) if isinstance(batches, PlainEpoch) else batches
        losses, hits, norms = self._train(given, tf.constant(padded), tf.constant(len(rates)))
        self.gradient_norms = norms.numpy()
        return losses.numpy(), hits.numpy()

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Logits of uint8 images (n, h, w, c): float32 (n, classes)."""
        import tensorflow as tf

        parts = [images[start : start + self._size] for start in range(0, len(images), self._size)]
        return np.concatenate([self._predict(tf.constant(part)).numpy() for part in parts])

    def _input(self, images: Any) -> Any:
        import tensorflow as tf

        return tf.cast(images, tf.float32) * self._preprocessing.scale + self._preprocessing.offset

    def _logits(self, images: Any) -> Any:
        return self.model(self._input(images), training=False)

    def _run(self, batches: Any, rates: Any, count: Any) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        losses = tf.TensorArray(tf.float32, size=count)
        hits = tf.TensorArray(tf.float32, size=count)
        norms = tf.zeros(len(self._kernels))
        for place in tf.range(count):
            if isinstance(batches, tuple):
                pictures, truth, order, size, first = batches
                images, labels = gathered(pictures, truth, order, size, first + tf.cast(place, tf.int64))
            else:
                images, labels = next(batches)
            for group in self._groups:
                group.optimizer.learning_rate.assign(rates[place] * group.factor)
            loss, logits, gradients = self._one(self._input(images), labels)
            if place == count - 1:
                norms = self._norms(gradients)
            right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
            losses = losses.write(place, loss)
            hits = hits.write(place, tf.reduce_mean(tf.cast(right, tf.float32)))
        return losses.stack(), hits.stack(), norms

    def _one(self, images: Any, labels: Any) -> tuple[Any, Any, list[Any]]:
        import tensorflow as tf

        precision = in_half(self.model) if self.half else nullcontext()
        with tf.GradientTape() as tape, precision, late_activation(self.model):
            logits = self.model(images, training=True)
            loss = self._loss(labels, logits)
            total = tf.add_n([loss, *self.model.losses])  # regularisation, where a layer asks for it
        gradients = tape.gradient(total, self._variables)
        start = 0
        for group in self._groups:
            end = start + len(group.variables)
            group.optimizer.apply(gradients[start:end], group.variables)
            start = end
        told = loss if self._loss is self._cross_entropy else self._cross_entropy(labels, logits)
        return told, logits, gradients

    def _norms(self, gradients: list[Any]) -> Any:
        """L2 norm of the gradient with respect to each kernel, float32 (kernels,)."""
        import tensorflow as tf

        return tf.stack([tf.norm(tf.cast(gradients[place], tf.float32)) for place in self._kernels])


def _is_kernel(variable: Any) -> bool:
    return len(variable.shape) > 1 and variable.name != "bias"
