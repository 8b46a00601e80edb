"""The training images that a network finds most like a test image: what it may have learned its answer from.

Alike are images whose features before the last layer point the same way: the cosine between them is close to 1
(Papernot and McDaniel 2018, Deep k-Nearest Neighbors, looks at a network in this way).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.runs import Run

TRAINING_FEATURES = "training_features.npz"
#: Training images that are looked through; of a larger data set every class is thinned alike.
MOST = 5000
_NAMES = ("indices", "labels", "features")


@dataclass(frozen=True, eq=False)
class TrainingFeatures:
    """n training images, as the network sees them.

    Args:
        indices: int64 (n,), their positions in the data set.
        labels: int64 (n,), the class that the network was told, which label noise and corrections may have changed.
        features: float16 (n, f), of length 1 each, or 0 where nothing was excited.
    """

    indices: np.ndarray
    labels: np.ndarray
    features: np.ndarray


def directions(features: np.ndarray) -> np.ndarray:
    """float (n, f) → float32 (n, f) of length 1; what has no length stays 0."""
    features = np.asarray(features, np.float32)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(lengths > 0, lengths, 1)


def nearest(known: TrainingFeatures, features: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of m images the rows of the `count` most alike, the most alike first, and their cosines.

    Args:
        features: float (m, f), before the last layer.

    Returns:
        int64 (m, k) and float32 (m, k) of −1 to 1; k is `count`, or n where there are fewer.
    """
    alike = directions(features) @ known.features.astype(np.float32).T
    rows = np.argsort(-alike, axis=1, kind="stable")[:, :count]
    return rows, np.take_along_axis(alike, rows, axis=1)


def known_features(run: Run, version: str) -> TrainingFeatures | None:
    """Those by the weights of this version; None: nobody asked yet."""
    try:
        arrays = read_arrays(run.folder / TRAINING_FEATURES)
        if str(arrays["version"]) != version:
            return None
        return TrainingFeatures(*(arrays[name] for name in _NAMES))
    except (OSError, ValueError, KeyError):
        return None


def keep_features(run: Run, version: str, found: TrainingFeatures) -> None:
    """Keep them beside the run.

    Raises:
        PlaceError: they could not be written.
    """
    arrays = {name: getattr(found, name) for name in _NAMES}
    write_arrays(run.folder / TRAINING_FEATURES, {**arrays, "version": np.array(version)}, durable=False)
