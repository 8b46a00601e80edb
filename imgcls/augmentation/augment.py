"""The augmentations of a recipe as one change of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from imgcls.augmentation.registry import AUGMENTATIONS, Step, augmentation_options
from imgcls.recipe import Choice


def augment(choices: Sequence[Choice], seed: int) -> Callable[[Any, Any, Any, Any], tuple[Any, Any]] | None:
    """The augmentations of a recipe, in their order, as one traced function.

    What comes out depends on the arguments and `seed` alone, not on what was asked before: a resumed run meets the
    same images.

    Args:
        choices: which.
        seed: the recipe's.

    Returns:
        (images uint8 or float32 (b, h, w, c), labels float32 (b, k), epoch, number of the batch in it, both integers)
        → (images float32 (b, h, w, c) in 0…255, labels float32 (b, k)); None where there is nothing to do.

    Raises:
        UnknownNameError: no such augmentation.
        RecipeError: an option is unknown or out of range.
    """
    if not choices:
        return None
    import tensorflow as tf

    steps = [_step(choice) for choice in choices]

    def augmented(images: Any, labels: Any, epoch: Any, batch: Any) -> tuple[Any, Any]:
        shape = images.shape
        images = tf.cast(images, tf.float32)
        # int32 throughout: this is what Keras and TensorFlow draw with
        key = tf.random.fold_in(tf.constant([seed, 0]), tf.cast(epoch, tf.int32))
        key = tf.random.fold_in(key, tf.cast(batch, tf.int32))
        for place, step in enumerate(steps):
            images, labels = step(images, labels, tf.random.fold_in(key, place))
        return tf.ensure_shape(tf.clip_by_value(images, 0.0, 255.0), shape), labels

    # traced once for all epochs, each of which has a pipeline of its own; no XLA: on a CPU it is slower
    return tf.function(augmented, reduce_retracing=True, jit_compile=False)


def _step(choice: Choice) -> Step:
    return AUGMENTATIONS.get(choice.name).build(augmentation_options(choice))


def preview(
    choices: Sequence[Choice], images: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What the augmentations make of some images.

    Args:
        choices: which.
        images: uint8, (n, h, w, c).
        labels: float32, (n, k), one-hot.
        seed: another seed, another outcome.

    Returns:
        Images uint8 (n, h, w, c), and labels float32 (n, k), mixed where the images are.

    Raises:
        UnknownNameError, RecipeError: as `augment`.
    """
    change = augment(choices, seed)
    if change is None:
        return images, labels
    changed, mixed = change(images, np.asarray(labels, np.float32), 0, 0)
    return np.rint(changed.numpy()).astype(np.uint8), mixed.numpy()
