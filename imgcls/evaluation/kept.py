"""The answers of a finished run to its test images, as training kept them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from imgcls.atomic import read_arrays
from imgcls.errors import RunStateError
from imgcls.evaluation.metrics import cross_entropy, softmax
from imgcls.evaluation.of_run import EVALUATION
from imgcls.language import N_
from imgcls.runs import STATUS_WORDS, Run


@dataclass(frozen=True, eq=False)
class Kept:
    """n test images and what the network answered.

    Args:
        logits: float32 (n, classes).
        labels: int64 (n,), the true class of each as it was when the run was tested.
        indices: int64 (n,), the positions of the images in the run's data set.
    """

    logits: np.ndarray
    labels: np.ndarray
    indices: np.ndarray

    @cached_property
    def probabilities(self) -> np.ndarray:
        """float64 (n, classes)."""
        return softmax(self.logits)

    @cached_property
    def predicted(self) -> np.ndarray:
        """int64 (n,), the class with the highest logit."""
        return np.asarray(self.logits.argmax(axis=1))

    @cached_property
    def confidence(self) -> np.ndarray:
        """float64 (n,), the probability of the predicted class."""
        return self.probabilities.max(axis=1)

    @cached_property
    def correct(self) -> np.ndarray:
        """bool (n,)."""
        return np.asarray(self.predicted == self.labels)

    @cached_property
    def losses(self) -> np.ndarray:
        """float64 (n,), −log of the probability of the true class."""
        return cross_entropy(self.logits, self.labels)


def kept_test(run: Run) -> Kept:
    """What a run answered to its test images.

    Raises:
        RunStateError: it has not been tested, or what was kept of it cannot be read.
    """
    path = run.folder / EVALUATION
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError):
        raise RunStateError(
            N_("Expected a run that has been tested. Run {run} is {status}, and nothing of a test can be read."),
            run=run.id,
            status=STATUS_WORDS[run.status],
        ) from None


@lru_cache(maxsize=32)
def _read(path: Path, changed: int) -> Kept:
    arrays = read_arrays(path)
    found = Kept(arrays["logits"], arrays["labels"].astype(np.int64), arrays["indices"].astype(np.int64))
    if found.logits.ndim != 2 or not len(found.logits) == len(found.labels) == len(found.indices) > 0:
        raise ValueError("arrays of different lengths")
    return found
