"""How a network's accuracy falls as its test images are spoiled; kept beside the run."""

from __future__ import annotations

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.evaluation.corruptions import CORRUPTIONS, STRENGTHS
from imgcls.runs import Run

ROBUSTNESS = "robustness.npz"
#: Test images that are spoiled: their accuracy is known to ± 4.4 points, or better.
MOST = 500


def known_robustness(run: Run, version: str) -> np.ndarray | None:
    """Accuracy float64 (corruptions, 6) at strength 0 to 5 by the weights of this version; None: nobody asked yet."""
    try:
        arrays = read_arrays(run.folder / ROBUSTNESS)
        fits = str(arrays["version"]) == version and list(arrays["names"]) == list(CORRUPTIONS)
        found: np.ndarray = arrays["accuracy"]
        return found if fits and found.shape == (len(CORRUPTIONS), STRENGTHS + 1) else None
    except (OSError, ValueError, KeyError):
        return None


def keep_robustness(run: Run, version: str, accuracy: np.ndarray) -> None:
    """Keep it.

    Raises:
        PlaceError: it could not be written.
    """
    arrays = {"accuracy": accuracy, "names": np.array(list(CORRUPTIONS)), "version": np.array(version)}
    write_arrays(run.folder / ROBUSTNESS, arrays, durable=False)
