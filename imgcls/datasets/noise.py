"""Label noise: some training images are given another class's name. The data set itself is never touched."""

from __future__ import annotations

import numpy as np


def noisy_labels(labels: np.ndarray, classes: int, share: float, seed: int) -> np.ndarray:
    """Labels of which exactly round(share · n) are wrong, each drawn evenly from the other classes.

    Symmetric noise (Patrini et al. 2017, Making Deep Neural Networks Robust to Label Noise). Those that are wrong at a
    smaller share are wrong in the same way at a larger one.

    Args:
        labels: int64, (n,), each in [0, classes).
        classes: how many there are, at least 2.
        share: in [0, 1).
        seed: the same seed, labels and share give the same labels.
    """
    generator = np.random.default_rng([seed, 0x401E])  # apart from the streams of split, weights and shuffling
    order = generator.permutation(len(labels))
    steps = generator.integers(1, classes, len(labels))
    wrong = order[: round(share * len(labels))]
    found = labels.copy()
    found[wrong] = (labels[wrong] + steps[wrong]) % classes
    return found
