"""What changed between two runs, image by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.comparison.agreement import mcnemar
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


@dataclass(frozen=True, eq=False)
class CellChange:
    """One confusion before and after: images of one class that are taken for another.

    Of the test images that both runs have in common, judged by the labels of the later one.

    Args:
        before, after: how many images are in the cell.
        fixed: places in the later run's test, int64 (m,): in the cell before, right now.
        moved: in the cell before, now taken for a third class.
        broken: not in the cell before, in it now.
        still: in it both times.
    """

    before: int
    after: int
    fixed: np.ndarray
    moved: np.ndarray
    broken: np.ndarray
    still: np.ndarray

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test on the images that left the cell and those that came into it."""
        return mcnemar(len(self.fixed) + len(self.moved), len(self.broken))


def cell_change(earlier: Kept, later: Kept, true: int, predicted: int) -> CellChange:
    """What became of one confusion, image by image.

    Args:
        earlier, later: two runs on the same data set.
        true, predicted: places of two different classes.
    """
    _, places, now = np.intersect1d(earlier.indices, later.indices, assume_unique=True, return_indices=True)
    of_class = later.labels[now] == true
    places, now = places[of_class], now[of_class]
    was, is_ = earlier.predicted[places] == predicted, later.predicted[now] == predicted
    right = later.predicted[now] == true
    return CellChange(
        before=int(was.sum()),
        after=int(is_.sum()),
        fixed=now[was & right],
        moved=now[was & ~right & ~is_],
        broken=now[~was & is_],
        still=now[was & is_],
    )
