"""Is one network better than another, or luckier? Student's t for two means over seeds, from their numbers alone."""

from __future__ import annotations

import math

from imgcls.comparison.spread import t_quantile
from imgcls.recipe import Choice, Recipe, Training

#: Two small networks from three seeds each: half a minute on two cores.
NETWORKS = ("seed-cnn", "lenet-5")
SEEDS = (1, 2, 3)
BASE = Recipe(training=Training(epochs=2))
#: More seeds than this nobody trains for an answer.
MOST_SEEDS = 100


def race() -> dict[tuple[str, int], Recipe]:
    """(network, seed) → what is trained."""
    return {
        (name, seed): BASE.model_copy(update={"architecture": Choice(name=name), "seed": seed})
        for name in NETWORKS
        for seed in SEEDS
    }


def interval_of_mean(spread: float, seeds: int) -> float:
    """Half the 95 % interval of a mean over so many seeds: t · s / √n, in the unit of the spread.

    Args:
        spread: standard deviation from seed to seed; seeds: at least 2.
    """
    return t_quantile(seeds - 1) * spread / math.sqrt(seeds)


def margin(spread: float, seeds: int) -> float:
    """Half the 95 % interval of the difference of two means of the same spread: t · s · √(2/n), 2n − 2 degrees.

    Args:
        spread: of either; seeds: of either, at least 2.
    """
    return t_quantile(2 * seeds - 2) * spread * math.sqrt(2 / seeds)


def seeds_needed(difference: float, spread: float) -> int | None:
    """The fewest seeds of each with which such a difference would be told from chance; None: more than `MOST_SEEDS`."""
    enough = (seeds for seeds in range(2, MOST_SEEDS + 1) if margin(spread, seeds) < abs(difference))
    return next(enough, None)
