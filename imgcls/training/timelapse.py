"""The time-lapse of a run: what the network makes of a few validation images, epoch by epoch.

The images are the recipe's pinned ones, else the first of each class. At the first step and at the end of an epoch
they get the Grad-CAM map of their true class at the network's default layer, and their probabilities:

    <run>/snapshots/pinned.npz       images, labels, positions: once
    <run>/snapshots/epoch-NNNN.npz   pinned_raw (n, h', w') float32, neither rectified nor scaled, (n, 0, 0) for a
                                     network without maps; pinned_status (n,), words of `Status`;
                                     pinned_probabilities (n, classes) float32

What it costs: the maps are computed by one traced function. Tracing takes 0.1 s for a small convolutional network and
0.4 s for ResNet-20, then a pass takes 2 and 10 ms; without tracing it would be 20 and 90 ms each time, more from the
fifth or sixth epoch on. Where a pass takes more than 20 ms and more than 5 % of an epoch, and where a run has more than
200 epochs, fewer epochs are looked at; never the first step or the last epoch is left out. Of a frozen body nothing but
its end runs: what comes before is computed once.

Nothing of the network changes by it, and no run ends by it: what goes wrong here is logged, and the run goes on.
"""

from __future__ import annotations

import logging
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.architectures import ARCHITECTURES
from imgcls.atomic import write_arrays
from imgcls.explain.explanation import Status, judge, softmax
from imgcls.recipe import Recipe
from imgcls.runs.snapshots import pinned_path
from imgcls.training.data import RunData
from imgcls.training.pins import pinned_rows

#: Epochs of a run that are looked at, at most: about 10 kB each.
MOST_LOOKS = 200
#: Share of an epoch's time that a pass may take; a quicker one than this many seconds may take more.
SHARE, QUICK = 0.05, 0.02

_log = logging.getLogger(__name__)


class Watch:
    """The pinned images of one run while it is trained.

    Args:
        folder: the run's.
        model: the whole network, in step with what is learned.
        recipe: of the run.
        data: of the run.
        frozen: only the network's head learns.
    """

    def __init__(self, folder: Path, model: Any, recipe: Recipe, data: RunData, frozen: bool = False) -> None:
        self._folder, self._model, self._frozen = folder, model, frozen
        self._preprocessing = ARCHITECTURES.get(recipe.architecture.name).preprocessing
        self._epochs = recipe.training.epochs
        self._every = math.ceil(self._epochs / MOST_LOOKS)
        self._rows = np.zeros(0, np.int64)
        if len(data.validation_indices):
            self._rows = pinned_rows(recipe.pinned, data.validation_indices, data.validation.labels)
        self._data = data
        self._labels = data.validation.labels[self._rows]
        self._maps: Maps | None = None
        self._next, self._is_off = 0, not len(self._rows)

    def look(self, epoch: int, seconds: float) -> dict[str, np.ndarray]:
        """The arrays that this epoch's snapshot keeps; none if it is not looked at.

        Args:
            epoch: the number of epochs done, 0 at the first step.
            seconds: that an epoch takes.
        """
        if self._is_off or (epoch < self._next and epoch != self._epochs):
            return {}
        try:
            return self._looked(epoch, seconds)
        except Exception:  # a picture less is no reason to lose a run
            _log.warning("The time-lapse ends here; the training goes on.", exc_info=True)
            self._is_off = True
            return {}

    def _looked(self, epoch: int, seconds: float) -> dict[str, np.ndarray]:
        is_first = self._maps is None
        if self._maps is None:
            self._maps = self._begun()
        began = time.perf_counter()
        raws, gradients, logits = self._maps.run()
        took = time.perf_counter() - began
        # the first pass traces the graph and does not count
        dear = 1 if is_first or took <= QUICK else math.ceil(took / (SHARE * max(seconds, 1e-6)))
        self._next = epoch + max(self._every, dear)
        return {
            "pinned_raw": raws,
            "pinned_status": np.array(_statuses(raws, gradients, logits)),
            "pinned_probabilities": softmax(logits),
        }

    def _begun(self) -> Maps:
        images = self._data.validation.images[self._rows]
        positions = self._data.validation_indices[self._rows]
        pinned_path(self._folder).parent.mkdir(exist_ok=True)
        kept = {"images": images, "labels": self._labels, "positions": positions}
        write_arrays(pinned_path(self._folder), kept, durable=False)
        inputs = images.astype(np.float32) * self._preprocessing.scale + self._preprocessing.offset
        return Maps(self._model, inputs, self._labels, self._frozen)


class Maps:
    """The Grad-CAM maps of a few images at a model's default layer, again and again while it is trained.

    The same numbers as `explain(model, images, labels, "grad-cam")`; it computes no gradient of the image, so that it
    is traced in half the time.

    Args:
        model: a flat functional Keras model: images → logits.
        inputs: float32 (n, h, w, c), as the model takes them.
        labels: int64 (n,), the classes that are explained.
        frozen: what comes before that layer never changes: it is computed once.
    """

    def __init__(self, model: Any, inputs: np.ndarray, labels: np.ndarray, frozen: bool = False) -> None:
        import keras
        import tensorflow as tf

        from imgcls.explain import engine

        self._images, self._labels = tf.constant(inputs, tf.float32), tf.constant(labels, tf.int32)
        self._layer = engine.default_layer(model)
        self._seen = model
        self._run: Any = self._traced
        if self._layer is None:
            self._run = self._without_maps
            return
        activations = engine.output_of(model, self._layer)
        if frozen and (end := _end_of(model, activations)) is not None:
            # once, and not traced: tracing a large body takes seconds
            self._images = keras.Model(model.inputs, activations)(self._images, training=False)
            self._seen, self._run = end, self._from_activations
            return
        self._seen = keras.Model(model.inputs, [activations, model.outputs[0]])
        self._run = tf.function(self._traced, autograph=False, jit_compile=False)

    def run(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Raw maps (n, h', w'), gradients of the layer's output (n, h', w', k) and logits (n, classes), all float32.

        Without a layer that has a map, the first two have no places: (n, 0, 0) and (n, 0, 0, 0).
        """
        raws, gradients, logits = self._run()
        return np.asarray(raws), np.asarray(gradients), np.asarray(logits)

    def _without_maps(self) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        count = len(self._images)
        logits = tf.cast(self._seen(self._images, training=False), tf.float32)
        return np.zeros((count, 0, 0), np.float32), np.zeros((count, 0, 0, 0), np.float32), logits

    def _traced(self) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(self._images)  # of frozen layers the tape would not take notice
            activations, logits = self._seen(self._images, training=False)
            score = self._score(logits)
        return self._weighted(activations, tape.gradient(score, activations), logits)

    def _from_activations(self) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(self._images)
            logits = self._seen(self._images, training=False)
            score = self._score(logits)
        return self._weighted(self._images, tape.gradient(score, self._images), logits)

    def _score(self, logits: Any) -> Any:
        import tensorflow as tf

        return tf.gather(tf.cast(logits, tf.float32), self._labels, batch_dims=1)

    def _weighted(self, activations: Any, gradients: Any, logits: Any) -> tuple[Any, Any, Any]:
        """Grad-CAM's equations 1 and 2: the channels, each weighted by its mean gradient."""
        import tensorflow as tf

        activations, gradients, logits = (tf.cast(one, tf.float32) for one in (activations, gradients, logits))
        weights = tf.reduce_mean(gradients, axis=(1, 2))
        return tf.einsum("nk,nhwk->nhw", weights, activations), gradients, logits


def _end_of(model: Any, activations: Any) -> Any:
    """The part of a model from a layer's output to the logits; None if they depend on more than that."""
    import keras

    try:
        return keras.Model(activations, model.outputs[0])
    except ValueError:
        return None


def _statuses(raws: np.ndarray, gradients: np.ndarray, logits: np.ndarray) -> list[str]:
    if not raws.size:
        return [str(Status.NO_SPATIAL_LAYER)] * len(raws)
    finite = np.isfinite(logits).all(axis=1)
    judged = [judge(raw, gradient) for raw, gradient in zip(raws, gradients, strict=True)]
    return [str(status if fine else Status.NON_FINITE) for status, fine in zip(judged, finite, strict=True)]
