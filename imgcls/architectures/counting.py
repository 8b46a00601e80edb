"""How many parameters a layer has, by its sizes: for counting a network that is not built.

Tests hold every count to the built network's.
"""

from __future__ import annotations


def convolution(kernel: int, channels: int, filters: int, bias: bool = True) -> int:
    """One kernel of `kernel` × `kernel` × `channels` for each filter."""
    return kernel * kernel * channels * filters + bias * filters


def depthwise(kernel: int, channels: int, bias: bool = True) -> int:
    """One kernel for each channel by itself."""
    return kernel * kernel * channels + bias * channels


def dense(inputs: int, outputs: int, bias: bool = True) -> int:
    """A weight from each input to each output."""
    return inputs * outputs + bias * outputs


def batch_norm(channels: int) -> int:
    """Scale and shift, which are trained, and the moving mean and variance, which are not."""
    return 4 * channels


def layer_norm(channels: int) -> int:
    """Scale and shift."""
    return 2 * channels
