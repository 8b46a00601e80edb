"""The epochs of a run as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from imgcls.errors import ImgclsError
from imgcls.runs import Curve, Run, read_snapshot
from imgcls.runs.snapshots import snapshot_path
from imgcls.training.data_card import data_of

#: A training loss below this share of that of guessing: something has been learned.
LEARNED = 0.97


@dataclass(frozen=True, eq=False)
class History:
    """What is known after n epochs; all arrays float64 (n,).

    Args:
        loss: mean training loss of each epoch's batches, in nats.
        accuracy: mean training accuracy of each epoch's batches, 0 to 1.
        val_loss, val_accuracy: at the end of each epoch.
        classes: how many there are.
        validation_images: how many each epoch was validated on.
        is_over: whether nothing more comes.
        test_images: how many the run is, or will be, tested on; 0: nobody knows.
        answers: float64 (n, classes), validation images that were taken for each class after each epoch, of the true
            class or not; not a number where nobody kept them. None: nobody kept any.
        there: int64 (classes,), validation images that are of each class; None as for `answers`.
        class_names: empty where nobody knows them.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    classes: int
    validation_images: int
    is_over: bool = True
    test_images: int = 0
    answers: np.ndarray | None = None
    there: np.ndarray | None = None
    class_names: tuple[str, ...] = ()

    @property
    def epochs(self) -> int:
        return len(self.loss)

    @property
    def guessing(self) -> float:
        """The loss of an answer without looking, in nats."""
        return math.log(max(2, self.classes))

    @property
    def has_learned(self) -> bool:
        """Whether the training loss of some epoch is clearly below that of guessing."""
        return bool(len(self.loss) and self.loss.min() < LEARNED * self.guessing)

    @property
    def chance(self) -> float:
        """Half the 95 % interval of a validation accuracy of so many images, at its widest."""
        return half_interval(self.validation_images)


def half_interval(images: int) -> float:
    """Half the 95 % interval of an accuracy that was measured on so many images, at its widest: 0.98 / √n."""
    return 0.98 / math.sqrt(max(1, images))


def history_of_run(run: Run, curve: Curve, is_over: bool) -> History:
    """The history with all that is kept of a run: its log, its snapshots and its result."""
    seen = history_of(curve, is_over)
    tested = (run.result or {}).get("test_images")
    matrices = [_confusion(run.folder, epoch) for epoch in range(1, seen.epochs + 1)]
    known = [one for one in matrices if one is not None]
    answers = there = None
    if known:
        nothing = np.full(known[-1].shape[1], np.nan)
        answers = np.array([nothing if one is None else one.sum(axis=0).astype(float) for one in matrices])
        there = known[-1].sum(axis=1)
    images = tested if isinstance(tested, int) else seen.test_images
    return replace(seen, test_images=images, answers=answers, there=there, class_names=_class_names(run))


def _class_names(run: Run) -> tuple[str, ...]:
    try:
        return data_of(run.folder, run.recipe).class_names
    except ImgclsError:  # its data set is gone
        return ()


def _confusion(folder: Path, epoch: int) -> np.ndarray | None:
    """The confusion matrix of the validation images after an epoch, int64 (classes, classes)."""
    try:
        facts = snapshot_path(folder, epoch).stat()
    except OSError:
        return None
    return _read_confusion(folder, epoch, facts.st_mtime_ns)


@lru_cache(maxsize=4096)
def _read_confusion(folder: Path, epoch: int, changed: int) -> np.ndarray | None:
    found = read_snapshot(folder, epoch, only=("confusion",)).get("confusion")
    square = found is not None and found.ndim == 2 and found.shape[0] == found.shape[1]
    return found if square else None


def history_of(curve: Curve, is_over: bool) -> History:
    """What the log alone says. Whole epochs only: the last one of a stopped run may be a part."""
    whole = [epoch for epoch in curve.epochs if not epoch.get("partial")]
    loss, accuracy, val_loss, val_accuracy = (
        np.array([_number(epoch.get(name)) for epoch in whole], float)
        for name in ("loss", "accuracy", "val_loss", "val_accuracy")
    )
    return History(
        loss,
        accuracy,
        val_loss,
        val_accuracy,
        classes=int(curve.start.get("classes", 2)),
        validation_images=int(curve.start.get("validation_images", 0)),
        is_over=is_over,
        test_images=int(curve.start.get("test_images", 0)),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
