"""What changed between two runs, image by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.evaluation.kept import Kept


@dataclass(frozen=True, eq=False)
class Changes:
    """Of the test images that two runs have in common, judged by the labels of the later one.

    Args:
        fixed: places in the later run's test, int64 (m,): wrong before, right now.
        broken: right before, wrong now.
        still_wrong: wrong both times.
        relabelled: whose label is another than the earlier run was tested with.
        common: how many images both were tested on.
        before, after: how many of them each gets right.
    """

    fixed: np.ndarray
    broken: np.ndarray
    still_wrong: np.ndarray
    relabelled: np.ndarray
    common: int
    before: int
    after: int


def changes(earlier: Kept, later: Kept) -> Changes:
    """Compare two runs on the same data set by the positions of their test images in it."""
    _, places, now = np.intersect1d(earlier.indices, later.indices, assume_unique=True, return_indices=True)
    labels = later.labels[now]
    was, is_ = earlier.predicted[places] == labels, later.predicted[now] == labels
    order = np.argsort(-later.confidence[now], kind="stable")

    def chosen(mask: np.ndarray) -> np.ndarray:
        return now[order][mask[order]]

    return Changes(
        fixed=chosen(~was & is_),
        broken=chosen(was & ~is_),
        still_wrong=chosen(~was & ~is_),
        relabelled=chosen(earlier.labels[places] != labels),
        common=len(now),
        before=int(was.sum()),
        after=int(is_.sum()),
    )
