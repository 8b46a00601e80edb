"""What the inference worker answers about a finished run that was not asked while it was trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from imgcls.evaluation.validation import keep_validation, known_validation
from imgcls.models import load_trained
from imgcls.runs import get_run
from imgcls.training.data import run_data
from imgcls.workers.progress import tell

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

#: Images between two words about how far it is.
_AT_ONCE = 512


def validation(arguments: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
    """`model`, a run → `logits` (n, classes) and `labels` (n,) of its validation images; kept in its folder."""
    trained, run = load_trained(arguments["model"]), get_run(arguments["model"])
    known = known_validation(run, trained.card.version)
    if known is None:
        part = run_data(run.recipe).validation
        found = []
        for start in range(0, len(part), _AT_ONCE):
            tell(start, len(part))
            found.append(trained.logits(part.images[start : start + _AT_ONCE]))
        known = np.concatenate(found), part.labels
        keep_validation(run, trained.card.version, *known)
    logits, labels = known
    return {"images": len(labels)}, {"logits": logits, "labels": labels}


EVALUATION_OPERATIONS = {"validation": validation}
