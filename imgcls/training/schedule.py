"""The learning rate of every step."""

from __future__ import annotations

import numpy as np


def schedule_factor(name: str, steps: np.ndarray, total: int) -> np.ndarray:
    """What the base learning rate is multiplied by at each step.

    Args:
        name: `constant`, or `cosine` (Loshchilov and Hutter 2017, without restarts: from 1 down to 0).
        steps: step numbers from 0, (n,).
        total: steps of the whole run.

    Returns:
        float64, (n,), each in (0, 1].
    """
    if name == "cosine":
        return 0.5 * (1 + np.cos(np.pi * steps / total))
    return np.ones(len(steps))
