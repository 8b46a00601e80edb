"""What accuracy hides where classes are unequally common, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.evaluation.metrics import balanced_accuracy, confusion_matrix, per_class


@dataclass(frozen=True)
class Outcome:
    """How a network does on test images, class by class.

    Args:
        recall: float64 (classes,): of the images of a class, the share that is found. 0 for a class without images.
        tested: int64 (classes,), test images of each class.
        trained: int64 (classes,), training images of each class.
        balanced: mean recall: the accuracy on a test set with as many images of each class.
    """

    recall: np.ndarray
    tested: np.ndarray
    trained: np.ndarray
    balanced: float

    @property
    def is_even(self) -> bool:
        """Whether there are as many test images of each class: then the accuracy is the balanced one."""
        return bool(self.tested.min() == self.tested.max())

    @property
    def worth(self) -> int:
        """How many images of a balanced test leave as much to chance: at most those that were tested.

        An accuracy p on n images has the variance p (1 − p) ÷ n; the balanced one, the mean of k recalls rᶜ on nᶜ
        images each, has Σ rᶜ (1 − rᶜ) ÷ nᶜ ÷ k². Two found and two missed images are added to each class (Agresti and
        Coull 1998, Approximate is better than “exact”), so that none is certain. A balanced test is worth all it has.
        """
        tested = self.tested[self.tested > 0]
        recall = (2 + self.recall[self.tested > 0] * tested) / (4 + tested)
        variance = float((recall * (1 - recall) / tested).sum()) / len(tested) ** 2
        return max(1, min(int(tested.sum()), int(recall.mean() * (1 - recall.mean()) / variance)))

    @property
    def as_common(self) -> float:
        """The accuracy on a test set in which the classes are as common as they were in training: Σ shareᶜ · recallᶜ.

        It is what one measures who takes training and test images from the same drawer.
        """
        return float((self.trained / self.trained.sum()) @ self.recall)

    @property
    def rare(self) -> np.ndarray:
        """The classes with fewer training images than half of the largest, as positions."""
        return np.flatnonzero(2 * self.trained < self.trained.max())

    @property
    def rare_recall(self) -> float | None:
        """Mean recall over the rare classes; None: there are none."""
        return float(self.recall[self.rare].mean()) if len(self.rare) else None

    @property
    def rarest(self) -> int:
        """The class with the fewest training images; of several the one that is found least."""
        few = np.flatnonzero(self.trained == self.trained.min())
        return int(few[self.recall[few].argmin()])


def outcome(scores: np.ndarray, labels: np.ndarray, trained: np.ndarray) -> Outcome:
    """The outcome of one test.

    Args:
        scores: (n, classes), the highest wins.
        labels: int64, (n,).
        trained: int64 (classes,), training images of each class; at least one in all.
    """
    matrix = confusion_matrix(scores, labels)
    return Outcome(per_class(matrix)["recall"], matrix.sum(axis=1), np.asarray(trained), balanced_accuracy(matrix))
