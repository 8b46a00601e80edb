"""The data of a run in memory, and its batches as a `tf.data` pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from imgcls.augmentation import augment
from imgcls.balance import Plan, epoch_order, epoch_size
from imgcls.datasets import ImageSet, load, split_indices
from imgcls.datasets.corrections import corrected, read_corrections
from imgcls.datasets.imbalance import thinned
from imgcls.datasets.noise import noisy_labels
from imgcls.datasets.splits import SplitIndices
from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Choice, Recipe


@dataclass(frozen=True)
class RunData:
    """The three parts of a run's data set; images uint8, (n, height, width, channels).

    `test_indices` and `validation_indices` are the positions of their images in the data set.
    """

    train: ImageSet
    validation: ImageSet
    test: ImageSet
    test_indices: np.ndarray
    validation_indices: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.train.class_names


def run_data(recipe: Recipe) -> RunData:
    """Load, split, correct and unbalance as the recipe says. The test part is for `imgcls.evaluation` alone.

    Label noise and imbalance are the training part's; validation and test keep their labels and images.

    Raises:
        RecipeError: a class is too small, or too much of it was left out.
        UnknownNameError: the recipe's corrections are not on this machine.
        DatasetError: they are damaged.
    """
    images, parts = divided(recipe)
    validation, test = images.take(parts.validation), images.take(parts.test)
    _check_parts(images, parts)
    chosen, labels = trained_on(images, parts, recipe)
    train = replace(images.take(chosen), labels=labels)
    return RunData(train, validation, test, parts.test, parts.validation)


def divided(recipe: Recipe) -> tuple[ImageSet, SplitIndices]:
    """The data set as the recipe corrects it, and the positions in it of its three parts.

    Raises:
        RecipeError: a class is too small.
        UnknownNameError: the recipe's corrections are not on this machine.
    """
    images = load(recipe.dataset)
    drawn = split_indices(images.labels, recipe.split, recipe.seed, images.parts, images.class_names)
    labels, parts = corrected(images, drawn, read_corrections(recipe.corrections, recipe.dataset))
    return replace(images, labels=labels), parts


def trained_on(images: ImageSet, parts: SplitIndices, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the images that a network is trained on, and the labels that it is told; both int64 (n,).

    Args:
        images: the data set, and
        parts: its parts, as `divided` has them.
        recipe: with its subset, imbalance, label noise and seed.
    """
    labels = images.labels[parts.train]
    kept = thinned(labels, images.class_names, recipe.imbalance, recipe.seed, recipe.subset)
    return parts.train[kept], noisy_labels(labels[kept], len(images.class_names), recipe.label_noise, recipe.seed)


def _check_parts(images: ImageSet, parts: SplitIndices) -> None:
    """Refuse what corrections left without a class to learn or to test."""
    three = (parts.train, parts.validation, parts.test)
    for part, name in zip(three, ("training", "validation", "test"), strict=True):
        labels = images.labels[part]
        missing = [name for label, name in enumerate(images.class_names) if label not in labels]
        if missing:
            raise RecipeError(
                N_("Expected images of every class for training, validation and test. Received none of: {missing}."),
                missing=", ".join(missing),
                part=name,
            )


class Batches:
    """Training batches that depend on seed, epoch and their number alone, so that a resumed run meets the same ones.

    Args:
        images: the training part.
        batch_size: images a batch; the last one of an epoch may be smaller.
        seed: the recipe's.
        augmentation: the recipe's; it changes the images of every epoch anew.
        labels: float32 (n, classes), where they are not the one-hot ones of `images`.
        plan: of the balance strategy: how often images are seen, and which of them are augmented.
    """

    def __init__(
        self,
        images: ImageSet,
        batch_size: int,
        seed: int,
        augmentation: Sequence[Choice] = (),
        labels: np.ndarray | None = None,
        plan: Plan | None = None,
    ) -> None:
        import tensorflow as tf

        self._images = tf.constant(images.images)
        one_hot = tf.one_hot(images.labels, len(images.class_names))
        self._labels = one_hot if labels is None else tf.constant(labels, tf.float32)
        self._size, self._seed, self._plan = batch_size, seed, plan or Plan()
        self._classes = images.labels if labels is None else np.argmax(labels, axis=1)
        self._count = epoch_size(len(images), self._plan.drawn)
        self._augment = augment(augmentation, seed)

    @property
    def images(self) -> int:
        """Images of an epoch, repeated ones counted as often as they come."""
        return self._count

    @property
    def per_epoch(self) -> int:
        return -(-self._count // self._size)

    def epoch(self, number: int, skip: int = 0) -> Any:
        """An iterator over one epoch's (images (b, h, w, c), labels (b, classes)).

        As they are, images are uint8 and labels one-hot, and the iterator is a `PlainEpoch`; augmented images are
        float32, still 0…255, their labels may be mixed, and a `tf.data` pipeline changes them while others are trained.

        Args:
            number: the epoch, from 0.
            skip: batches that were already taken before an interruption.
        """
        order = epoch_order(self._classes, self._plan.drawn, self._seed, number)
        if self._augment is None:
            return PlainEpoch(self._images, self._labels, order, self._size, skip)
        return iter(self._pipeline(order, number, skip))

    @cached_property
    def _pipeline(self) -> Any:
        """(order, epoch, batches to skip) → a `tf.data.Dataset` of an epoch's batches.

        Traced once: Python would build its functions anew for every epoch, which takes as long as tens of small steps.
        """
        import tensorflow as tf

        def pipeline(order: Any, epoch: Any, skip: Any) -> Any:
            def batch(place: Any) -> tuple[Any, Any]:
                # gathering whole batches: a pipeline of single images would cost more than the training step
                images, labels = gathered(self._images, self._labels, order, self._size, place)
                return self._augmented(images, labels, epoch, place)

            places = tf.data.Dataset.range(skip, self.per_epoch)
            return places.map(batch, num_parallel_calls=1, deterministic=True).prefetch(4)

        number = tf.TensorSpec((), tf.int64)
        return tf.function(
            pipeline, input_signature=[tf.TensorSpec((self._count,), tf.int64), number, number], autograph=False
        )

    def _augmented(self, images: Any, labels: Any, epoch: Any, number: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        assert self._augment is not None
        changed, mixed = self._augment(images, labels, epoch, number)
        if self._plan.augmented is None:
            return changed, mixed
        # (b,): whose class is augmented
        chosen = tf.gather(tf.constant(self._plan.augmented), tf.argmax(labels, axis=1))
        wide = tf.reshape(chosen, [-1, *[1] * (len(images.shape) - 1)])
        return tf.where(wide, changed, tf.cast(images, tf.float32)), tf.where(chosen[:, None], mixed, labels)


class PlainEpoch:
    """The batches of one epoch as they are, an iterator; `ahead` lets a traced function gather them itself.

    A `tf.data` pipeline would have to be begun anew for every epoch, and hand each batch from one thread to another: of
    a small network's epoch that is a fifth.

    Args:
        images: tensor, uint8 (n, h, w, c), or float32 features.
        labels: tensor, float32 (n, classes).
        order: int64, positions of the images of the epoch.
        size: images of a batch; the last one may be smaller.
        place: of the first batch.
    """

    def __init__(self, images: Any, labels: Any, order: np.ndarray, size: int, place: int) -> None:
        import tensorflow as tf

        self._given = images, labels, tf.constant(order), tf.constant(size, tf.int64)
        self._place, self._batches = place, -(-len(order) // size)

    def __iter__(self) -> PlainEpoch:
        return self

    def __next__(self) -> tuple[Any, Any]:
        if self._place >= self._batches:
            raise StopIteration
        return gathered(*self.ahead(1))

    def ahead(self, count: int) -> tuple[Any, ...]:
        """The arguments of `gathered` for the next of `count` batches, which then are taken.

        Raises:
            ValueError: fewer are left.
        """
        import tensorflow as tf

        place, self._place = self._place, self._place + count
        if self._place > self._batches:
            raise ValueError(f"expected at most {self._batches - place} more batches. Received: {count}")
        return (*self._given, tf.constant(place, tf.int64))


def gathered(images: Any, labels: Any, order: Any, size: Any, place: Any) -> tuple[Any, Any]:
    """Images and labels of the batch at `place`, from 0, of an epoch in this order."""
    import tensorflow as tf

    chosen = order[place * size : (place + 1) * size]
    return tf.gather(images, chosen), tf.gather(labels, chosen)
