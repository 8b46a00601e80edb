"""Keras's random layers, drawing what a seed says. Imports Keras: for builders only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from imgcls.augmentation.registry import Step

#: (images float32 (b, h, w, c), seed int32 (2,)) → images
Change = Callable[[Any, Any], Any]


class Draws(keras.random.SeedGenerator):
    """Seeds for one batch after another, each from the batch's own seed instead of from what was drawn before.

    Keras's own generator counts its draws in a variable, so that a batch depends on all batches before it: a resumed
    run would meet other images. A layer asks its `generator` when it is traced; hence counting in Python is enough to
    make each draw of a layer another one.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.begin(None)

    def begin(self, seed: Any) -> None:
        """Draw from `seed`, int32 (2,), from now on."""
        self._from, self._count = seed, 0

    def next(self, ordered: bool = True) -> Any:
        """A new seed, int32 (2,)."""
        self._count += 1
        return tf.random.fold_in(self._from, self._count)


def drawing(layer: Any) -> Change:
    """A Keras preprocessing layer as a change that a seed decides."""
    layer.generator = draws = Draws()

    def change(images: Any, seed: Any) -> Any:
        draws.begin(seed)
        return layer(images, training=True)

    return change


def pictures_only(*changes: Change) -> Step:
    """Changes of the images, one after the other, that leave the labels alone."""

    def step(images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        for place, change in enumerate(changes):
            images = change(images, tf.random.fold_in(seed, place))
        return images, labels

    return step
