"""Which validation images are watched while a network trains. Needs no Keras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Recipe
from imgcls.training.data import divided

#: Of so many classes the first image is watched where nobody chose: a row of pictures on a screen.
MOST_CLASSES = 10


def check_pins(recipe: Recipe) -> None:
    """Refuse to watch what is no validation image.

    Raises:
        RecipeError: the data set has no such image, or it is in another part.
    """
    if recipe.pinned:
        images, parts = divided(recipe)
        pinned_rows(recipe.pinned, parts.validation, images.labels[parts.validation])


def pinned_rows(pinned: Sequence[int], indices: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The rows of the validation part that are watched, int64: the pinned ones, else the first of each class.

    Args:
        pinned: positions in the data set; empty: nobody chose.
        indices: positions in the data set of the validation images, int64 (n,), sorted.
        labels: theirs, int64 (n,).

    Raises:
        RecipeError: one of `pinned` is not among `indices`.

    Example:
        >>> pinned_rows((), np.array([3, 5, 8]), np.array([1, 1, 0])).tolist()
        [2, 0]
    """
    if not pinned:
        _classes, firsts = np.unique(labels, return_index=True)
        return firsts[:MOST_CLASSES].astype(np.int64)
    if missing := [str(place) for place in pinned if place not in indices]:
        raise RecipeError(
            N_("Expected images to watch that are in the validation part. Received: {images}."),
            images=", ".join(missing),
        )
    return np.searchsorted(indices, pinned).astype(np.int64)
