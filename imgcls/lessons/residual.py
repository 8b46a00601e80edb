"""A deep network at its start, small enough for a page: how strong signal and gradient are in each block.

Each block is F(x) = W · ReLU(x), dense, with weights drawn at random; the way with a residual connection is x + F(x).

He, K. et al. (2015), Deep residual learning for image recognition: https://arxiv.org/abs/1512.03385
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.lessons.convolution import Window, convolve
from imgcls.recipe import Choice, Optimizer, Recipe, Training

_UNITS, _INPUTS = 64, 32
#: A fifth of the training images, three epochs: some seven seconds each on two cores. Stochastic gradient descent, as
#: in the paper: Adam scales each gradient up again, so that a plain network shows what it lacks only from 32 layers on,
#: and of those the first point comes twice as late.
RACE_DEPTH = 20
_RACE = Recipe(subset=0.2, training=Training(epochs=3, optimizer=Optimizer(name="sgd", learning_rate=0.01)))


@dataclass(frozen=True, eq=False)
class Strength:
    """Root mean square of the values behind each block, and of the gradient before it: float64 (depth,) each."""

    signal: np.ndarray
    gradient: np.ndarray


#: A stroke from the upper right to the lower left, in numbers that can be added in one's head.
STROKE = np.array([[0, 0, 1, 2, 0], [0, 0, 3, 1, 0], [0, 1, 3, 0, 0], [0, 2, 2, 0, 0], [1, 3, 0, 0, 0]], float)
#: Right minus left; then more than what stands beside it. The second makes the sum fall below zero here and there, so
#: that the ReLU after it has something to do.
EDGES = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], float)
RIDGE = np.array([[0, 0, 0], [-0.5, 1, -0.5], [0, 0, 0]], float)


@dataclass(frozen=True, eq=False)
class Worked:
    """One block with all its numbers, float64 (h, w) each: `hidden` is behind the first convolution and its ReLU."""

    x: np.ndarray
    hidden: np.ndarray
    change: np.ndarray
    added: np.ndarray
    y: np.ndarray


def worked(x: np.ndarray, first: np.ndarray, second: np.ndarray) -> Worked:
    """The paper's block on one map: F(x) = second ∗ ReLU(first ∗ x), then ReLU(x + F(x)).

    Without batch norm and biases, which would hide the sum behind more numbers. The padding is "same": only maps of
    one size can be added.
    """
    window = Window(len(first), padding="same")
    hidden = np.maximum(convolve(x[..., None], first[..., None], window), 0)
    change = convolve(hidden[..., None], second[..., None], window)
    return Worked(x, hidden, change, x + change, np.maximum(x + change, 0))


def weights(depth: int, scale: float, seed: int) -> np.ndarray:
    """float64 (depth, units, units), normal with standard deviation scale · √(2 / units); 1 is He's start."""
    draws = np.random.default_rng(seed).normal(size=(depth, _UNITS, _UNITS))
    return scale * np.sqrt(2 / _UNITS) * draws


def inputs(seed: int) -> np.ndarray:
    """float64 (inputs, units), mean 0 and spread 1."""
    return np.random.default_rng(seed + 1_000_000).normal(size=(_INPUTS, _UNITS))


def strength(kernels: np.ndarray, x: np.ndarray, skip: bool) -> Strength:
    """Run `x` (n, units) through all blocks, and a gradient of ones back from the end."""
    values, seen = x, []
    for kernel in kernels:
        seen.append(values)
        step = np.maximum(values, 0) @ kernel
        values = values + step if skip else step
    signal = [*seen[1:], values]
    back, gradients = np.ones_like(values), []
    for kernel, before in zip(kernels[::-1], seen[::-1], strict=True):
        through = (back @ kernel.T) * (before > 0)
        back = back + through if skip else through
        gradients.append(back)
    return Strength(_size(signal), _size(gradients[::-1]))


def _size(every: list[np.ndarray]) -> np.ndarray:
    return np.array([np.sqrt(np.mean(one**2)) for one in every])


def race() -> dict[str, Recipe]:
    """`plain` and `residual`: the same layers with batch norm, seed and images, without and with skip connections."""
    names = {"plain": f"plain-{RACE_DEPTH}", "residual": f"resnet-{RACE_DEPTH}"}
    return {name: _RACE.model_copy(update={"architecture": Choice(name=one)}) for name, one in names.items()}
