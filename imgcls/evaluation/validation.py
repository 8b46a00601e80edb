"""A network's answers to its validation images, kept beside the run: `<run>/validation.npz`.

They are what a temperature is fitted on, so that the test images stay untouched.
"""

from __future__ import annotations

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.runs import Run

VALIDATION = "validation.npz"


def known_validation(run: Run, version: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Logits float32 (n, classes) and labels int64 (n,) by the weights of this version; None: nobody asked yet."""
    try:
        arrays = read_arrays(run.folder / VALIDATION)
        logits, labels = arrays["logits"], arrays["labels"]
        return (logits, labels) if str(arrays["version"]) == version and len(logits) == len(labels) > 0 else None
    except (OSError, ValueError, KeyError):
        return None


def keep_validation(run: Run, version: str, logits: np.ndarray, labels: np.ndarray) -> None:
    """Keep them.

    Raises:
        PlaceError: they could not be written.
    """
    write_arrays(
        run.folder / VALIDATION, {"logits": logits, "labels": labels, "version": np.array(version)}, durable=False
    )
