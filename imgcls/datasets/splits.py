"""Training, validation and test sets: disjoint, stratified, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgcls.datasets.registry import Part
from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Split


@dataclass(frozen=True)
class SplitIndices:
    """Positions in the data set, int64, sorted; together they are all of it, and no two overlap."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split_indices(
    labels: np.ndarray, split: Split, seed: int, parts: np.ndarray | None = None, names: Sequence[str] = ()
) -> SplitIndices:
    """Draw each class apart, so that every part has the classes in the data set's proportions.

    Args:
        labels: int64, (n,).
        split: the shares.
        seed: the same seed, labels and shares give the same parts.
        parts: int8, (n,), `Part` of each image; None: all are free. Where a data set has a test part of its own, the
            validation images are drawn so that they are to the training images as `split` has it.
        names: of the classes, for the sentence about one that is too small.

    Raises:
        RecipeError: a class has too few images to be in every part.
    """
    generator = np.random.default_rng([seed, 0x5711])  # apart from the streams of weights and shuffling
    parts = np.full(len(labels), Part.FREE, np.int8) if parts is None else parts
    found: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        drawn = _drawn(members, parts[members], split)
        if min(len(part) for part in drawn) < 1:
            raise RecipeError(
                N_("Class {label} has {count} images: too few to have one each for training, validation and test."),
                label=names[label] if len(names) else int(label),
                count=len(members),
            )
        for part, some in zip(found, drawn, strict=True):
            part.append(some)
    return SplitIndices(*(np.sort(np.concatenate(part)) for part in found))


def _drawn(members: np.ndarray, parts: np.ndarray, split: Split) -> list[np.ndarray]:
    """One class's images for training, validation and test: those that are fixed, and the others in their order."""
    free, rest = members[parts == Part.FREE], members[parts == Part.NOT_TEST]
    tests, validations = round(len(free) * split.test), round(len(free) * split.validation)
    train, validation, test = np.split(free, [len(free) - tests - validations, len(free) - tests])
    held = round(len(rest) * split.validation / (split.validation + split.train))
    more = (rest[: len(rest) - held], rest[len(rest) - held :], members[:0])
    fixed = (members[parts == place] for place in (Part.TRAIN, Part.VALIDATION, Part.TEST))
    return [np.concatenate(three) for three in zip((train, validation, test), more, fixed, strict=True)]
