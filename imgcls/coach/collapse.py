"""Classes that a network never answers: accuracy alone does not show it where they are rare."""

from __future__ import annotations

import numpy as np

from imgcls.coach import experiments as then
from imgcls.coach.advice import Advice
from imgcls.coach.history import History
from imgcls.language import N_
from imgcls.recipe import Recipe

#: So many images of a class must be there to say that it is missed.
LEAST_THERE = 5
#: Classes that are called by their names.
_MOST_NAMED = 10


def collapse(seen: History, recipe: Recipe) -> Advice | None:
    """After the last two epochs no validation image is taken for some class, although five or more are of it."""
    if seen.answers is None or seen.there is None or seen.epochs < 2 or not seen.has_learned:
        return None
    silent = (seen.answers == 0) & (seen.there >= LEAST_THERE)
    classes = silent[-2:].all(axis=0)
    if not classes.any():
        return None
    since = int(np.argmax([silent[epoch:, classes].all() for epoch in range(seen.epochs)])) + 1
    if recipe.balance.name == "none":
        tried = (then.with_balance(recipe, "class-weights"), then.with_balance(recipe, "oversampling"))
    else:
        tried = (then.with_epochs(recipe, 2 * recipe.training.epochs), then.with_rate(recipe, 0.3))
    return Advice(
        "class collapse",
        N_("It never answers some classes"),
        N_(
            "Since epoch {first} no validation image is taken for {names}, although {images} are. Such classes are "
            "rare in training, or look like another one; accuracy hardly shows it."
        ),
        {"first": since, "names": _names(seen, classes), "images": int(seen.there[classes].sum())},
        since,
        seen.epochs,
        tried,
    )


def _names(seen: History, classes: np.ndarray) -> str:
    places = np.flatnonzero(classes)
    named = [seen.class_names[place] if seen.class_names else str(place) for place in places[:_MOST_NAMED]]
    return ", ".join([*named, *(["…"] if len(places) > _MOST_NAMED else [])])


def collapsed_classes(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Classes (m,) that are never answered although five test images or more are theirs.

    Args:
        predicted, labels: int64 (n,).
        classes: how many there are.
    """
    answered, there = (np.bincount(values, minlength=classes) for values in (predicted, labels))
    return np.flatnonzero((answered == 0) & (there >= 5))
