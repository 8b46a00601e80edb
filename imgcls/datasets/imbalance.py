"""Imbalance: training images are left out, so that some classes become rare. The data set itself is never touched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Imbalance


def kept_shares(imbalance: Imbalance, class_names: Sequence[str]) -> np.ndarray:
    """What share of its training images each class keeps, float64 (classes,), in (0, 1]. `Imbalance` has the formula.

    Raises:
        RecipeError: a rare class is none of these, none or all are chosen.
    """
    classes = len(class_names)
    if imbalance.kind == "long-tail":
        return np.asarray(imbalance.ratio ** (np.arange(classes) / max(1, classes - 1)), np.float64)
    shares = np.ones(classes)
    if imbalance.kind == "rare":
        shares[_rare(imbalance, class_names)] = imbalance.ratio
    return shares


def _rare(imbalance: Imbalance, class_names: Sequence[str]) -> list[int]:
    unknown = [name for name in imbalance.classes if name not in class_names]
    if unknown:
        raise RecipeError(
            N_("Expected rare classes among: {known}. Received: {unknown}"),
            known=", ".join(class_names[:20]) + (" …" if len(class_names) > 20 else ""),
            unknown=", ".join(unknown),
        )
    if not 0 < len(set(imbalance.classes)) < len(class_names):
        raise RecipeError(
            N_("Expected at least one rare class, and one that is not. Received: {count} of {classes}."),
            count=len(set(imbalance.classes)),
            classes=len(class_names),
        )
    return [list(class_names).index(name) for name in imbalance.classes]


def thinned(
    labels: np.ndarray, class_names: Sequence[str], imbalance: Imbalance, seed: int, subset: float = 1.0
) -> np.ndarray:
    """Which training images stay, as sorted positions, int64. Of each class at least one does.

    The images that stay at a smaller share stay at a larger one.

    Args:
        labels: int64, (n,).
        class_names: one name per class.
        imbalance: what is left out.
        subset: the share of what is then left of each class that stays, in (0, 1].
        seed: the same seed, labels, imbalance and subset keep the same images.

    Raises:
        RecipeError: as `kept_shares`.
    """
    shares = subset * kept_shares(imbalance, class_names)
    if imbalance.kind == "none" and subset == 1:
        return np.arange(len(labels))
    generator = np.random.default_rng([seed, 0x1BA1])
    found = []
    for label, share in enumerate(shares):
        members = generator.permutation(np.flatnonzero(labels == label))
        found.append(members[: max(1, round(share * len(members)))])
    return np.sort(np.concatenate(found))
