"""About how many images a recipe trains on, before anything is loaded: as if all classes were equally large."""

from __future__ import annotations

import numpy as np

from imgcls.balance import BALANCES, balance_options
from imgcls.datasets import dataset_facts
from imgcls.datasets.imbalance import kept_shares
from imgcls.recipe import Recipe


def part_sizes(recipe: Recipe) -> tuple[int, int, int]:
    """Images for training, validation and test."""
    _train, validation, test = dataset_facts(recipe.dataset).sizes(recipe.split)
    return int(_class_sizes(recipe).sum()), validation, test


def epoch_images(recipe: Recipe) -> int:
    """Images that one epoch sees, repeated ones counted as often as they come."""
    counts = _class_sizes(recipe)
    drawn = BALANCES.get(recipe.balance.name).plan(balance_options(recipe.balance), counts).drawn
    return int(counts.sum() if drawn is None else drawn.sum())


def _class_sizes(recipe: Recipe) -> np.ndarray:
    """Training images of each class, int64 (classes,)."""
    facts = dataset_facts(recipe.dataset)
    train, classes = facts.sizes(recipe.split)[0], len(facts.class_names)
    whole = np.full(classes, train // classes) + (np.arange(classes) < train % classes)
    shares = recipe.subset * kept_shares(recipe.imbalance, facts.class_names)
    return np.maximum(1, np.rint(whole * shares)).astype(np.int64)
