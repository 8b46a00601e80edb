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


class Mirror(keras.layers.RandomFlip):
    """Keras's layer, whose coin always falls evenly, with a coin of any other kind. With 0.5 it draws what that draws.

    Args:
        way: `horizontal` or `vertical`.
        chance: of being mirrored, 0 … 1.
    """

    def __init__(self, way: str, chance: float) -> None:
        super().__init__(way, dtype="float32")
        self.chance = chance

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> dict[str, Any]:
        """Which images of `data`, (b, h, w, c), are mirrored."""
        shape = self.backend.core.shape(data)
        seed = self._get_seed_generator(self.backend._backend) if seed is None else seed
        drawn = self.backend.random.uniform(shape=(shape[0], 1, 1, 1), seed=seed)  # from 0 on, below 1
        # Keras mirrors at exactly 0.5 as well; without a chance nothing is, not even where 0 is drawn
        flips = drawn <= (self.chance or -1)
        return {"flips": flips, "input_shape": shape}


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
