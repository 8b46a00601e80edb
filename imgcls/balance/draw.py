"""Which images an epoch sees, and in which order."""

from __future__ import annotations

import numpy as np


def epoch_order(labels: np.ndarray, drawn: np.ndarray | None, seed: int, epoch: int) -> np.ndarray:
    """Positions of the images of one epoch, int64; the same for the same arguments.

    Of a class that is to be seen m times and has n_c images, each is taken ⌊m / n_c⌋ times, and m mod n_c of them,
    drawn anew in every epoch, once more.

    Args:
        labels: int64, (n,).
        drawn: int64 (classes,), images of each class; None: each image once.
        seed: the recipe's.
        epoch: from 0.
    """
    generator = np.random.default_rng([seed, epoch])
    if drawn is None:
        return generator.permutation(len(labels))
    found = []
    for label, wanted in enumerate(drawn):
        members = generator.permutation(np.flatnonzero(labels == label))
        if len(members):
            found.append(np.resize(members, int(wanted)))  # repeats the whole as often as it fits, then begins again
    return generator.permutation(np.concatenate(found))


def epoch_size(count: int, drawn: np.ndarray | None) -> int:
    """Images of an epoch, of `count` in all."""
    return count if drawn is None else int(drawn.sum())
