"""Two networks on the same test images: where they agree, and whether one is better or only luckier."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from imgcls.evaluation.kept import Kept


@dataclass(frozen=True, eq=False)
class Agreement:
    """Of the images that both were tested on with the same label, int64 places (m,) in the first one's test.

    Args:
        both: both are right.
        first: only the first is.
        second: only the second is.
        neither: nobody is.
        other: places in the second one's test, in the order of `first` and then `second`.
    """

    both: np.ndarray
    first: np.ndarray
    second: np.ndarray
    neither: np.ndarray
    other: np.ndarray

    @property
    def common(self) -> int:
        return sum(map(len, (self.both, self.first, self.second, self.neither)))

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test; see `mcnemar`."""
        return mcnemar(len(self.first), len(self.second))


def agreement(first: Kept, second: Kept) -> Agreement:
    """Compare the answers of two runs on one data set, by the positions of their test images in it."""
    _, here, there = np.intersect1d(first.indices, second.indices, assume_unique=True, return_indices=True)
    same = first.labels[here] == second.labels[there]
    here, there = here[same], there[same]
    one, two = first.correct[here], second.correct[there]
    only_one, only_two = one & ~two, ~one & two
    other = np.concatenate([there[only_one], there[only_two]])
    return Agreement(here[one & two], here[only_one], here[only_two], here[~one & ~two], other)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p of McNemar's exact test (McNemar 1947), from the images that only one of the two gets right.

    If both were equally good, such an image would be the one's or the other's like the toss of a coin:
    p = 2 · Σ_{k ≤ min} C(n, k) / 2ⁿ, at most 1.

    Example:
        >>> mcnemar(1, 8)
        0.0390625
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    if not count:
        return 1.0
    # whole numbers as large as need be: no rounding, whatever the number of images
    return min(1.0, float(2 * sum(comb(count, some) for some in range(fewer + 1)) / (1 << count)))
