"""What is known of a finished run's test, read from its folder."""

from __future__ import annotations

import numpy as np

from imgcls.atomic import read_arrays
from imgcls.evaluation.imbalance import Outcome, outcome
from imgcls.runs import Run
from imgcls.training.data_card import train_counts_of

EVALUATION = "evaluation.npz"


def outcome_of(run: Run) -> Outcome | None:
    """Class by class, how a run did on its test images; None: it has not been tested, or that is not readable."""
    try:
        arrays = read_arrays(run.folder / EVALUATION)
        scores, labels = arrays["logits"], arrays["labels"]
    except (OSError, ValueError, KeyError):
        return None
    counts = train_counts_of(run.folder, scores.shape[1])
    return None if counts is None or sum(counts) < 1 else outcome(scores, labels, np.array(counts))
