"""The way of the images in training: through the whole network in every epoch, or once through its frozen body.

Both routes answer the same questions, so the loop knows no difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from imgcls.architectures import ARCHITECTURES, Preprocessing, architecture_options
from imgcls.architectures.measure import images_a_pass
from imgcls.architectures.transfer import BodyOptions, learned_variables, parts
from imgcls.balance import Plan, augmentation_of, balance_plan, epoch_size
from imgcls.datasets import ImageSet
from imgcls.recipe import Recipe
from imgcls.training.data import Batches, RunData
from imgcls.training.feature_cache import FeatureCache, body_digest, digests
from imgcls.training.loss import make_loss
from imgcls.training.optimizer import make_optimizer, optimizer_groups
from imgcls.training.step import Steps
from imgcls.training.timing import augmented_copies

#: Seconds of work on features between two looks at what is asked meanwhile.
LOOK_SECONDS = 0.5
#: Seconds of work on features that are kept at once: no more is lost when the power goes.
KEEP_SECONDS = 10.0


@dataclass(frozen=True)
class FeatureProgress:
    """How far the computing of features is.

    Args:
        done: images whose features are there.
        total: images in all.
        cached: how many of those done were there already.
        seconds: spent computing.
        image_seconds: what one image costs, measured now or when it was computed; None before the first.
    """

    done: int
    total: int
    cached: int
    seconds: float
    image_seconds: float | None

    def after(self, before: FeatureProgress, total: int) -> FeatureProgress:
        """This piece of work as a part of a larger one, of which `before` was done already."""
        return FeatureProgress(
            self.done + before.done,
            total,
            self.cached + before.cached,
            self.seconds + before.seconds,
            self.image_seconds or before.image_seconds,
        )


class Route(Protocol):
    """Data and network of one run, in the form in which they are trained."""

    steps: Steps
    #: Whether the body's output for an image never changes.
    frozen: bool

    @property
    def learned(self) -> list[Any]:
        """The variables that training changes."""

    def prepare(self, tell: Callable[[FeatureProgress], bool]) -> bool:
        """Do what is done once, before the first step; False as soon as `tell` says that it should end."""

    @property
    def images(self) -> int:
        """Images that an epoch sees, repeated ones counted as often as they come."""

    @property
    def per_epoch(self) -> int:
        """Steps in an epoch."""

    def epoch(self, number: int, skip: int) -> Any:
        """As `Batches.epoch`."""

    def validation(self) -> np.ndarray:
        """Logits of the validation images, (n, classes)."""

    def test(self) -> np.ndarray:
        """Logits of the test images, (n, classes)."""


def route(model: Any, recipe: Recipe, data: RunData) -> Route:
    """The way that a recipe's images take."""
    if once(model, recipe):
        return HeadAlone(model, recipe, data)
    return WholeNetwork(model, recipe, data)


def once(model: Any, recipe: Recipe) -> bool:
    """Whether the features of an image stay the same from epoch to epoch, and are wanted so."""
    options = architecture_options(recipe.architecture)
    if not isinstance(options, BodyOptions) or options.features != "once":
        return False
    body = [layer for block in parts(model).blocks for layer in block]
    return not any(layer.trainable and layer.weights for layer in body)


class WholeNetwork:
    """Every image goes through the whole network in every epoch."""

    frozen = False

    def __init__(self, model: Any, recipe: Recipe, data: RunData) -> None:
        preprocessing = ARCHITECTURES.get(recipe.architecture.name).preprocessing
        self._model, self._data = model, data
        plan = balance_plan(recipe.balance, data.train.labels, len(data.class_names))
        self.steps = Steps(model, optimizer_groups(model, recipe), preprocessing, make_loss(plan))
        batch_size, augmentation = recipe.training.batch_size, augmentation_of(recipe)
        self._batches = Batches(data.train, batch_size, recipe.seed, augmentation, plan=plan)

    @property
    def learned(self) -> list[Any]:
        return learned_variables(self._model)

    def prepare(self, tell: Callable[[FeatureProgress], bool]) -> bool:
        return True

    @property
    def images(self) -> int:
        return self._batches.images

    @property
    def per_epoch(self) -> int:
        return self._batches.per_epoch

    def epoch(self, number: int, skip: int) -> Any:
        return self._batches.epoch(number, skip)

    def validation(self) -> np.ndarray:
        return self.steps.predict(self._data.validation.images)

    def test(self) -> np.ndarray:
        return self.steps.predict(self._data.test.images)


class HeadAlone:
    """Every image goes once through the frozen body; in the epochs its features go through the head."""

    frozen = True

    def __init__(self, model: Any, recipe: Recipe, data: RunData) -> None:
        self._data, self._recipe = data, recipe
        self._body = Body(model, ARCHITECTURES.get(recipe.architecture.name).preprocessing)
        self._head = head_of(model)
        optimizer = make_optimizer(recipe.training.optimizer.name)
        self._plan = balance_plan(recipe.balance, data.train.labels, len(data.class_names))
        self.steps = Steps(self._head, optimizer, Preprocessing(scale=1.0), make_loss(self._plan))
        self._copies: list[Batches] = []
        self._validation: np.ndarray | None = None

    @property
    def learned(self) -> list[Any]:
        return learned_variables(self._head)

    def prepare(self, tell: Callable[[FeatureProgress], bool]) -> bool:
        train, validation, recipe = self._data.train, self._data.validation, self._recipe
        copies = augmented_copies(recipe)
        sums = _Sums(tell, len(validation) + copies * len(train))
        self._validation = self._body.features(validation.images, sums.tell)
        for copy in range(copies):
            sums.next()
            images, labels = self._copy(copy)
            found = None if self._validation is None else self._body.features(images, sums.tell)
            if found is None:
                return False
            known = ImageSet(found, train.labels, train.class_names)
            drawn = Plan(drawn=self._plan.drawn)
            self._copies.append(Batches(known, recipe.training.batch_size, recipe.seed, labels=labels, plan=drawn))
        return True

    def _copy(self, number: int) -> tuple[np.ndarray, np.ndarray | None]:
        """The training images, uint8, as the augmentation of one epoch changes them, and their labels."""
        train, recipe = self._data.train, self._recipe
        if not (augmentation := augmentation_of(recipe)):
            return train.images, None
        chosen = Plan(augmented=self._plan.augmented)
        batches = Batches(train, recipe.training.batch_size, recipe.seed, augmentation, plan=chosen)
        images, labels = zip(*batches.epoch(number), strict=True)
        pixels = [np.rint(batch.numpy()).astype(np.uint8) for batch in images]
        return np.concatenate(pixels), np.concatenate([batch.numpy() for batch in labels])

    @property
    def images(self) -> int:
        return epoch_size(len(self._data.train), self._plan.drawn)

    @property
    def per_epoch(self) -> int:
        return -(-self.images // self._recipe.training.batch_size)

    def epoch(self, number: int, skip: int) -> Any:
        return self._copies[number % len(self._copies)].epoch(number, skip)

    def validation(self) -> np.ndarray:
        assert self._validation is not None, "prepare comes first"
        return self.steps.predict(self._validation)

    def test(self) -> np.ndarray:
        features = self._body.features(self._data.test.images, lambda progress: True)
        assert features is not None
        return self.steps.predict(features)


class _Sums:
    """Several pieces of work on features, told of as one."""

    def __init__(self, tell: Callable[[FeatureProgress], bool], total: int) -> None:
        self._tell, self._total = tell, total
        self._before = self._now = FeatureProgress(0, total, 0, 0.0, None)

    def next(self) -> None:
        self._before = self._now

    def tell(self, piece: FeatureProgress) -> bool:
        self._now = piece.after(self._before, self._total)
        return self._tell(self._now)


class Body:
    """A frozen body: uint8 images → features, computed once for each image ever.

    Args:
        model: the flat network whose body is meant.
        preprocessing: how uint8 pixels become its input.
    """

    def __init__(self, model: Any, preprocessing: Preprocessing) -> None:
        import keras
        import tensorflow as tf

        self._body = keras.Model(
            model.inputs, parts(model).features.output, name="body"
        )  # its name counts in the cache
        self._preprocessing = preprocessing
        self._size = images_a_pass(self._body)
        # no XLA: on a CPU it is slower
        self._pass = tf.function(self._features, reduce_retracing=True, jit_compile=False)

    def run(self, images: np.ndarray) -> np.ndarray:
        """float32 features (n, …) of uint8 images (n, h, w, c), whatever is kept of them."""
        parts = [images[start : start + self._size] for start in range(0, len(images), self._size)]
        return np.concatenate([self._pass(part).numpy() for part in parts])

    def _features(self, images: Any) -> Any:
        import tensorflow as tf

        inputs = tf.cast(images, tf.float32) * self._preprocessing.scale + self._preprocessing.offset
        return tf.cast(self._body(inputs, training=False), tf.float32)

    def features(self, images: np.ndarray, tell: Callable[[FeatureProgress], bool]) -> np.ndarray | None:
        """float32 features (n, …) of uint8 images (n, h, w, c); None if `tell` said that it should end."""
        cache = FeatureCache(body_digest(self._body, self._preprocessing.scale, self._preprocessing.offset))
        known = digests(images)
        missing = {digest: place for place, digest in enumerate(known) if cache.get(digest) is None}
        if not self._compute(images, missing, cache, len(images), tell):
            return None
        return np.stack([_found(cache, digest) for digest in known])

    def _compute(
        self,
        images: np.ndarray,
        missing: dict[bytes, int],
        cache: FeatureCache,
        total: int,
        tell: Callable[[FeatureProgress], bool],
    ) -> bool:
        """Add what is missing to the cache; False if `tell` said that it should end. What was done is kept."""
        cached, spent, done = total - len(missing), 0.0, 0
        work = list(missing.items())
        kept: list[tuple[bytes, np.ndarray]] = []
        kept_seconds = told = 0.0
        goes_on = tell(FeatureProgress(cached, total, cached, 0.0, cache.seconds_per_image))
        while goes_on and done < len(work):
            some = work[done : done + self._size]
            began = time.perf_counter()
            values = self.run(images[[place for _, place in some]])
            took = time.perf_counter() - began
            kept += zip([digest for digest, _ in some], values, strict=True)
            spent, kept_seconds, done = spent + took, kept_seconds + took, done + len(some)
            if kept_seconds > KEEP_SECONDS or done == len(work):
                cache.keep([digest for digest, _ in kept], np.stack([value for _, value in kept]), kept_seconds)
                kept, kept_seconds = [], 0.0
            if spent - told > LOOK_SECONDS or done == len(work):
                told = spent
                goes_on = tell(FeatureProgress(cached + done, total, cached, spent, spent / done))
        if kept:
            cache.keep([digest for digest, _ in kept], np.stack([value for _, value in kept]), kept_seconds)
        return goes_on


def _found(cache: FeatureCache, digest: bytes) -> np.ndarray:
    found = cache.get(digest)
    assert found is not None, "computed a moment ago"
    return found


def head_of(model: Any) -> Any:
    """The head as a model of its own: features (n, …) → logits (n, classes); it shares its weights with `model`."""
    import keras

    found = parts(model)
    x = inputs = keras.Input(found.features.output.shape[1:], dtype="float32", name="features")
    for layer in found.head:
        x = layer(x)
    return keras.Model(inputs, x)
