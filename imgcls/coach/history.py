"""The epochs of a run as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imgcls.runs import Curve


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
    """

    loss: np.ndarray
    accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    classes: int
    validation_images: int
    is_over: bool = True

    @property
    def epochs(self) -> int:
        return len(self.loss)

    @property
    def guessing(self) -> float:
        """The loss of an answer without looking, in nats."""
        return math.log(max(2, self.classes))

    @property
    def chance(self) -> float:
        """Half the 95 % interval of a validation accuracy of so many images, at its widest: 0.98 / √n."""
        return 0.98 / math.sqrt(max(1, self.validation_images))


def history_of(curve: Curve, is_over: bool) -> History:
    """Whole epochs only: the last one of a stopped run may be a part."""
    whole = [epoch for epoch in curve.epochs if not epoch.get("partial")]
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    arrays = {name: np.array([_number(epoch.get(name)) for epoch in whole], float) for name in names}
    return History(
        **arrays,
        classes=int(curve.start.get("classes", 2)),
        validation_images=int(curve.start.get("validation_images", 0)),
        is_over=is_over,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
