"""Training, validation and test sets: disjoint, stratified, and the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Split


@dataclass(frozen=True)
class SplitIndices:
    """Positions in the data set, int64, sorted; together they are all of it, and no two overlap."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split_indices(labels: np.ndarray, split: Split, seed: int) -> SplitIndices:
    """Draw each class apart, so that every part has the classes in the data set's proportions.

    Args:
        labels: int64, (n,).
        split: the shares.
        seed: the same seed, labels and shares give the same parts.

    Raises:
        RecipeError: a class has too few images to be in every part.
    """
    generator = np.random.default_rng([seed, 0x5711])  # apart from the streams of weights and shuffling
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        tests, validations = round(len(members) * split.test), round(len(members) * split.validation)
        if min(tests, validations, len(members) - tests - validations) < 1:
            raise RecipeError(
                N_("Class {label} has {count} images: too few to have one each for training, validation and test."),
                label=int(label),
                count=len(members),
            )
        for part, drawn in zip(
            parts, np.split(members, [len(members) - tests - validations, len(members) - tests]), strict=True
        ):
            part.append(drawn)
    return SplitIndices(*(np.sort(np.concatenate(part)) for part in parts))
