"""Batch normalisation with the numbers of the page: what Keras's layer computes for one channel, in plain numpy.

Ioffe, S. and Szegedy, C. (2015), Batch normalization: https://arxiv.org/abs/1502.03167
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from imgcls.recipe import Choice, Optimizer, Recipe, Training

#: Keras's default: keeps a channel that never changes from being divided by zero.
EPSILON = 0.001
#: Learning rates of plain SGD that are tried, each ten times the one before.
RATES = (0.01, 0.1, 1.0)
_TRIED = Recipe(subset=0.3)


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


def tried() -> dict[tuple[float, bool], Recipe]:
    """(learning rate, with batch norm?) → the same 8 layers without skip connections, seed and images.

    Three seconds each on two cores.
    """
    return {
        (rate, norm): _TRIED.model_copy(
            update={
                "architecture": Choice(name="plain-8", batch_norm=norm),
                "training": Training(epochs=3, optimizer=Optimizer(name="sgd", learning_rate=rate)),
            }
        )
        for norm in (False, True)
        for rate in RATES
    }


def learns(accuracy: float | None, classes: int) -> bool:
    """Whether it is at least three times as often right as guessing would be; None, because it broke off, is not."""
    return accuracy is not None and accuracy >= 3 / classes
