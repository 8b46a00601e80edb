"""What the inference worker answers about a training that is not begun yet."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.recipe import recipe_from
from imgcls.training.check import check_recipe
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]


def find_rates(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`recipe` → `rates`, `losses` and `smoothed` (n,) of a range test, and the `proposal`, or None."""
    from imgcls.training.rate_finder import find_rates

    recipe = recipe_from(arguments["recipe"])
    check_recipe(recipe)
    found = find_rates(recipe, tell)
    return {"proposal": found.proposal}, {"rates": found.rates, "losses": found.losses, "smoothed": found.smoothed}


TRAINING_OPERATIONS = {"find_rates": find_rates}
