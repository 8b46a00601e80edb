"""The data of a run in memory, and its batches as a `tf.data` pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.augmentation import augment
from imgcls.datasets import ImageSet, load, split_indices
from imgcls.recipe import Choice, Recipe


@dataclass(frozen=True)
class RunData:
    """The three parts of a run's data set; images uint8, (n, height, width, channels)."""

    train: ImageSet
    validation: ImageSet
    test: ImageSet
    test_indices: np.ndarray

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.train.class_names


def run_data(recipe: Recipe) -> RunData:
    """Load and split as the recipe says. The test part is for `imgcls.evaluation` alone."""
    images = load(recipe.dataset)
    parts = split_indices(images.labels, recipe.split, recipe.seed)
    return RunData(images.take(parts.train), images.take(parts.validation), images.take(parts.test), parts.test)


class Batches:
    """Training batches that depend on seed, epoch and their number alone, so that a resumed run meets the same ones.

    Args:
        images: the training part.
        batch_size: images a batch; the last one of an epoch may be smaller.
        seed: the recipe's.
        augmentation: the recipe's; it changes the images of every epoch anew.
        labels: float32 (n, classes), where they are not the one-hot ones of `images`.
    """

    def __init__(
        self,
        images: ImageSet,
        batch_size: int,
        seed: int,
        augmentation: Sequence[Choice] = (),
        labels: np.ndarray | None = None,
    ) -> None:
        import tensorflow as tf

        self._images = tf.constant(images.images)
        one_hot = tf.one_hot(images.labels, len(images.class_names))
        self._labels = one_hot if labels is None else tf.constant(labels, tf.float32)
        self._size, self._count, self._seed = batch_size, len(images), seed
        self._augment = augment(augmentation, seed)

    @property
    def per_epoch(self) -> int:
        return -(-self._count // self._size)

    def epoch(self, number: int, skip: int = 0) -> Any:
        """An iterator over one epoch's (images (b, h, w, c), labels (b, classes)).

        As they are, images are uint8 and labels one-hot; augmented images are float32, still 0…255, and their labels
        may be mixed.

        Args:
            number: the epoch, from 0.
            skip: batches that were already taken before an interruption.
        """
        import tensorflow as tf

        order = np.random.default_rng([self._seed, number]).permutation(self._count)
        # gathering whole batches: a pipeline of single images would cost more than the training step
        starts = tf.data.Dataset.range(skip * self._size, self._count, self._size)
        order = tf.constant(order)
        epoch = tf.constant(number, tf.int64)

        def batch(start: Any) -> tuple[Any, Any]:
            indices = order[start : start + self._size]
            images, labels = tf.gather(self._images, indices), tf.gather(self._labels, indices)
            return self._augment(images, labels, epoch, start // self._size) if self._augment else (images, labels)

        return iter(starts.map(batch, num_parallel_calls=1, deterministic=True).prefetch(4))
