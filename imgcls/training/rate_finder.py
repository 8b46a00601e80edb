"""Which learning rates a recipe can be trained with: a few steps, each with a higher rate than the one before.

The range test of Smith 2017, Cyclical Learning Rates for Training Neural Networks (https://arxiv.org/abs/1506.01186):
too low, and the loss stays where it is; then it falls; too high, and it rises again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imgcls.architectures import build_model
from imgcls.recipe import Recipe
from imgcls.training.check import check_parameters
from imgcls.training.data import run_data
from imgcls.training.route import FeatureProgress, Route, route

#: From where to where the rate rises.
LOWEST, HIGHEST = 1e-6, 10.0
#: Steps of the test, and the seconds that they should take.
FEWEST_STEPS, MOST_STEPS, SECONDS = 40, 140, 20.0
#: How much of its past a smoothed loss keeps at each step.
MEMORY = 0.85
#: The test ends where the smoothed loss is this many times the least: from there on it only grows.
TOO_MUCH = 3.0
#: The rate that is proposed is this share of the one at which the loss is least: there it is about to rise.
BELOW_LEAST = 0.1
#: A loss that never falls below this share of where it began has not fallen.
FALLEN = 0.95


@dataclass(frozen=True, eq=False)
class RateTest:
    """What came of it.

    Args:
        rates: float64 (n,), rising by the same factor.
        losses: float64 (n,), cross-entropy of each step's batch in nats; the last may be no number.
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def smoothed(self) -> np.ndarray:
        """The losses' exponential average, corrected for its beginning, float64 (n,)."""
        found, average = np.empty(len(self.losses)), 0.0
        for place, loss in enumerate(self.losses):
            average = MEMORY * average + (1 - MEMORY) * loss
            found[place] = average / (1 - MEMORY ** (place + 1))
        return found

    @property
    def proposal(self) -> float | None:
        """A tenth of the rate at which the smoothed loss is least, with one digit; None if the loss never fell."""
        smoothed = self.smoothed
        if not len(smoothed) or not np.isfinite(smoothed).any():
            return None
        least = int(np.nanargmin(smoothed))
        if smoothed[least] > FALLEN * smoothed[0]:
            return None
        return float(f"{BELOW_LEAST * self.rates[least]:.0e}")


def find_rates(recipe: Recipe, tell: Callable[[int, int], None]) -> RateTest:
    """Train a new network of this recipe for a few steps, and forget it.

    Args:
        recipe: its schedule, its learning rate and its epochs do not matter.
        tell: is told how many of how many steps are done; may raise to end it.

    Raises:
        RecipeError: the recipe cannot be trained.
    """
    data = run_data(recipe)
    shape, classes = data.train.image_shape, len(data.class_names)
    model = build_model(recipe.architecture, shape, classes, recipe.seed)
    check_parameters(int(model.count_params()))
    way = route(model, recipe, data)

    def told(features: FeatureProgress) -> bool:
        tell(features.done, 2 * features.total)  # the other half are the steps
        return True

    way.prepare(told)
    steps = _Steps(way)
    rates = np.geomspace(LOWEST, HIGHEST, _affordable(steps))
    losses = np.full(len(rates), np.nan)
    for place, rate in enumerate(rates):
        losses[place] = steps.take(rate)
        tell(len(rates) + place, 2 * len(rates))
        test = RateTest(rates[: place + 1], losses[: place + 1])
        if not np.isfinite(losses[place]) or test.smoothed[-1] > TOO_MUCH * test.smoothed.min():
            return test
    return RateTest(rates, losses)


class _Steps:
    """Steps one after another, over the ends of epochs."""

    def __init__(self, way: Route) -> None:
        self._way, self._epoch, self._left = way, 0, 0

    def take(self, rate: float) -> float:
        """The loss of one step with this rate, before its change."""
        if not self._left:
            self._batches, self._left = self._way.epoch(self._epoch, skip=0), self._way.per_epoch
            self._epoch += 1
        self._left -= 1
        losses, _hits = self._way.steps.train(self._batches, np.array([rate]))
        return float(losses[0])


def _affordable(steps: _Steps) -> int:
    """How many steps there is time for."""
    steps.take(LOWEST)  # traces
    began = time.perf_counter()
    steps.take(LOWEST)
    seconds = time.perf_counter() - began
    return int(np.clip(SECONDS / max(seconds, 1e-9), FEWEST_STEPS, MOST_STEPS))
