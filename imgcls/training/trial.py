"""A few steps on made-up images, to learn how long a recipe will take on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from imgcls.architectures import ARCHITECTURES, Preprocessing, build_model
from imgcls.balance import augmentation_of
from imgcls.datasets import ImageSet, dataset_facts
from imgcls.recipe import Choice, Recipe
from imgcls.training.check import check_parameters
from imgcls.training.data import Batches
from imgcls.training.half import HALF
from imgcls.training.optimizer import make_optimizer, optimizer_groups
from imgcls.training.precision import chosen_precision
from imgcls.training.route import Body, head_of, once
from imgcls.training.step import Steps
from imgcls.training.timing import Timing

#: Seconds that each of the three measurements may take, tracing aside.
PATIENCE = 1.0
#: What a run does besides building, tracing and running its network, in seconds: files, and a word between processes.
FILES = 0.2
#: How often a run builds its network (once more to save it), and traces its prediction (once for each size of batch).
BUILT, PREDICTIONS = 2, 3
#: Images and steps of the longest measurement.
IMAGES, STEPS = 256, 16
#: Parts of a measurement: the network is built, its precision chosen, its steps timed, and its predictions.
PARTS = 4
#: Turns that two precisions take, and the most steps of one.
TURNS, MOST_TURNS = 4, 16


def measured_timing(recipe: Recipe, tell: Callable[[int, int], object] = lambda done, total: None) -> Timing:
    """Seconds of a step, of a validated image, and of an image's features where they are computed once.

    `tell` is told between its parts how many are done; what it raises ends the measurement."""
    dataset = dataset_facts(recipe.dataset)
    training, shape, classes = recipe.training, dataset.image_shape, len(dataset.class_names)
    _awake()
    began = time.perf_counter()
    model = build_model(recipe.architecture, shape, classes, recipe.seed)
    start = FILES + BUILT * (time.perf_counter() - began)
    parameters = int(model.count_params())
    check_parameters(parameters)
    tell(1, PARTS)
    preprocessing = ARCHITECTURES.get(recipe.architecture.name).preprocessing
    inputs = np.random.default_rng(0).integers(0, 256, (IMAGES, *shape), np.uint8)
    feature_image = 0.0
    if once(model, recipe):
        body = Body(model, preprocessing)
        feature_image = seconds_per_image(body.run, inputs)
        head = head_of(model)
        steps = Steps(head, make_optimizer(training.optimizer.name), Preprocessing(scale=1.0))
        inputs = np.random.default_rng(0).random((IMAGES, *head.input_shape[1:]), np.float32)
    else:
        steps = Steps(model, optimizer_groups(model, recipe), preprocessing)
        steps.half = chosen_precision(recipe) == HALF
    tell(2, PARTS)
    augmentation = () if feature_image else augmentation_of(recipe)
    some = ImageSet(inputs, np.arange(IMAGES) % classes, dataset.class_names)
    step, traced = _seconds_per_step(steps, some, training.batch_size, augmentation)
    tell(3, PARTS)
    began = time.perf_counter()
    steps.predict(inputs[:1])
    start += traced + PREDICTIONS * (time.perf_counter() - began)
    return Timing(step, seconds_per_image(steps.predict, inputs), parameters, feature_image, start)


@cache
def _awake() -> None:
    """Pays what only the first network of a process pays, imports for the most part: runs begin warm."""
    build_model(Choice(name="linear"), (4, 4, 1), 2, 0)


def alternate_steps(recipe: Recipe, precisions: Sequence[str]) -> list[float]:
    """Seconds of a training step in each precision, timed in turns, because a machine's speed drifts."""
    dataset = dataset_facts(recipe.dataset)
    shape, classes, batch_size = dataset.image_shape, len(dataset.class_names), recipe.training.batch_size
    inputs = np.random.default_rng(0).integers(0, 256, (IMAGES, *shape), np.uint8)
    some = ImageSet(inputs, np.arange(IMAGES) % classes, dataset.class_names)
    preprocessing = ARCHITECTURES.get(recipe.architecture.name).preprocessing
    every = []
    for precision in precisions:
        model = build_model(recipe.architecture, shape, classes, recipe.seed)
        steps = Steps(model, optimizer_groups(model, recipe), preprocessing)
        steps.half = precision == HALF
        every.append(steps)
    batches = Batches(some.take(np.arange(batch_size * MOST_TURNS) % len(some)), batch_size, 0)

    def seconds(steps: Steps, count: int) -> float:
        run = batches.epoch(0)
        return _seconds(lambda: steps.train(run, np.full(count, 1e-6))) / count

    for steps in every:
        seconds(steps, 1)  # traces
    best = [seconds(steps, 1) for steps in every]
    count = int(min(max(1, PATIENCE / 8 / max(best)), MOST_TURNS))
    for _ in range(TURNS):
        best = [min(known, seconds(steps, count)) for known, steps in zip(best, every, strict=True)]
    return best


def _seconds_per_step(
    steps: Steps, some: ImageSet, batch_size: int, augmentation: Sequence[Choice]
) -> tuple[float, float]:
    """Seconds of a step, and how much longer the first one takes."""
    some = some.take(np.arange(batch_size * (STEPS + 2)) % len(some))
    batches = Batches(some, batch_size, 0, augmentation).epoch(0)

    def seconds(number: int) -> float:
        return _seconds(lambda: steps.train(batches, np.full(number, 1e-6)))

    first = seconds(1)  # traces
    one = seconds(1)
    each = int(min(max(1, PATIENCE / 4 / one), STEPS // 4))
    step = min(one, *(seconds(each) / each for _ in range(4 if one < PATIENCE else 1)))
    return step, max(0.0, first - step)


def seconds_per_image(work: Callable[[np.ndarray], Any], images: np.ndarray) -> float:
    """What `work` takes for one image, as a share of as many at once as patience allows."""
    few = images[: max(1, len(images) // 16)]
    work(few)  # traces
    rough = _seconds(lambda: work(few)) / len(few)
    count = int(min(max(len(few), PATIENCE / max(rough, 1e-9)), len(images)))
    work(images[:count])  # the first of a new shape is slower
    return min(rough, _seconds(lambda: work(images[:count])) / count)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
