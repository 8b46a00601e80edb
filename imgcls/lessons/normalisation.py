"""Batch normalisation with the numbers of the page: what Keras's layer computes for one channel, in plain numpy.

Ioffe, S. and Szegedy, C. (2015), Batch normalization: https://arxiv.org/abs/1502.03167
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

#: Keras's default: keeps a channel that never changes from being divided by zero.
EPSILON = 0.001


def normalise(
    x: np.ndarray, mean: float, variance: float, gamma: float = 1.0, beta: float = 0.0, epsilon: float = EPSILON
) -> np.ndarray:
    """γ (x − μ) / √(σ² + ε) + β, for values of one channel: float64, of the shape of `x`."""
    return gamma * (x.astype(float) - mean) / np.sqrt(variance + epsilon) + beta


def statistics(x: np.ndarray) -> tuple[float, float]:
    """Mean and variance of all values of a channel in a batch; the variance divides by n."""
    return float(x.mean()), float(x.var())


def moving_statistics(batches: Iterable[np.ndarray], momentum: float) -> tuple[float, float]:
    """What a layer remembers after these batches: m ← momentum · m + (1 − momentum) · new, from mean 0, variance 1."""
    mean, variance = 0.0, 1.0
    for batch in batches:
        new_mean, new_variance = statistics(batch)
        mean = momentum * mean + (1 - momentum) * new_mean
        variance = momentum * variance + (1 - momentum) * new_variance
    return mean, variance
