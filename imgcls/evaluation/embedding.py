"""Test images on a map: what the network has made of them before its last layer, in two dimensions.

Principal components are those of Pearson 1901; t-SNE is van der Maaten and Hinton 2008, scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.runs import Run

EMBEDDING = "embedding.npz"
#: Images on the map: more of them hide one another, and t-SNE takes its time with the square of them.
MOST = 1000
_NAMES = ("places", "components", "explained", "neighbours")


@dataclass(frozen=True, eq=False)
class Embedding:
    """n test images.

    Args:
        places: int64 (n,), which of the run's test images.
        components: float32 (n, 2), the first two principal components.
        explained: float32 (2,), the share of the variance along each.
        neighbours: float32 (n, 2), by t-SNE.
    """

    places: np.ndarray
    components: np.ndarray
    explained: np.ndarray
    neighbours: np.ndarray


def some_places(labels: np.ndarray, most: int = MOST) -> np.ndarray:
    """Places (m,) of at most so many images, of every class the same share; the same ones every time."""
    if len(labels) <= most:
        return np.arange(len(labels))
    order = np.argsort(labels, kind="stable")
    return np.sort(order[np.linspace(0, len(labels) - 1, most).round().astype(int)])


def penultimate(model: Any) -> Any:
    """The network without its last layer: what that layer is given, flattened; `(n, features)`.

    Of a network with no layer in between (`linear`) these are its pixels.
    """
    import keras

    given = model.layers[-1].input
    flat = given if len(given.shape) == 2 else keras.layers.Flatten()(given)
    return keras.Model(model.inputs[0], flat)


def principal_components(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first two components float32 (n, 2) and their shares of the variance float32 (2,), of float (n, features).

    The sign of a component is free: here its largest entry is positive.
    """
    centred = np.asarray(features, np.float64) - np.mean(features, axis=0, dtype=np.float64)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    found = np.zeros((len(features), 2))
    shares, whole = np.zeros(2), float((sizes**2).sum())
    count = min(2, len(sizes))
    found[:, :count] = (left * sizes * signs)[:, :count]
    shares[:count] = sizes[:count] ** 2 / whole if whole else 0.0
    return found.astype(np.float32), shares.astype(np.float32)


def tsne(features: np.ndarray) -> np.ndarray:
    """float32 (n, 2): near ones stay near; distances between far ones mean little. The same every time."""
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(features) - 1) / 3)
    made = TSNE(init="pca", perplexity=max(1.0, perplexity), random_state=0).fit_transform(features)
    return np.asarray(made, np.float32)


def known_embedding(run: Run, version: str) -> Embedding | None:
    """That of the weights of this version; None: nobody asked yet."""
    try:
        arrays = read_arrays(run.folder / EMBEDDING)
        if str(arrays["version"]) != version:
            return None
        return Embedding(*(arrays[name] for name in _NAMES))
    except (OSError, ValueError, KeyError):
        return None


def keep_embedding(run: Run, version: str, found: Embedding) -> None:
    """Keep it beside the run.

    Raises:
        PlaceError: it could not be written.
    """
    arrays = {name: getattr(found, name) for name in _NAMES}
    write_arrays(run.folder / EMBEDDING, {**arrays, "version": np.array(version)}, durable=False)
