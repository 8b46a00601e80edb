"""Which of several networks are not beaten in everything by another one."""

from __future__ import annotations

import numpy as np


def pareto_front(costs: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Places (m,) of those that no other one beats, from the cheapest to the dearest.

    One beats another if it costs no more and gains no less, and one of the two is strictly better. Of several with the
    same cost and gain all stay.

    Args:
        costs: (n,), less is better.
        gains: (n,), more is better.
    """
    costs, gains = np.asarray(costs, float), np.asarray(gains, float)
    no_dearer, no_worse = costs[:, None] <= costs, gains[:, None] >= gains
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    beaten = (no_dearer & no_worse & better).any(axis=0)
    front = np.flatnonzero(~beaten)
    return front[np.lexsort((-gains[front], costs[front]))]
