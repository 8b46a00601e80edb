"""Images that are in a data set twice: equal files, and the same picture saved, scaled or lit a little differently.

Two pictures are compared by their thumbnails: 16 × 16 mean grey values of 0…255, from each of which the thumbnail's
own mean is taken away, so that a little more light changes nothing. The distance is the root of the mean squared
difference. A flat thumbnail says little: what counts as near shrinks with the contrast of the flatter one, and a clear
sky or an empty sheet has only equal twins.

Measured with these numbers: of 17 photographs and scans all are found again after JPEG of quality 60, half the size,
and 2 % more or less light, also after all three at once. Of the 12.5 million pairs of 5,000 handwritten digits, and of
the up to 32,640 pairs of pieces of brick, of grass and of gravel, none is taken for twins; of the million pairs of
pieces of 64 × 64 pixels of those photographs, some that show nothing but sky or paper.

Not covered: pictures that were cropped by more than about a hundredth, turned or mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from imgcls.datasets.registry import ImageSet
from imgcls.datasets.splits import SplitIndices

#: Of a thumbnail (px).
SIDE = 16
#: The largest distance of twins (grey values of 255) …
NEAR = 4.0
#: … as a part of the flatter thumbnail's standard deviation …
NEAR_SHARE = 0.25
#: … and the largest difference of their means.
NEAR_LIGHT = 8.0
#: With a smaller standard deviation than this, only equal thumbnails are twins, with means as near as rounding is.
FLAT, FLAT_LIGHT = 3.0, 0.5
#: So many pairs are told at most: a data set of one single picture has millions.
MOST_PAIRS = 100_000

_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as in imgcls.preparation.fit
#: Thumbnails that are compared with all others at once: 256 × 5,000 distances are 10 MB, and all may be near.
_BLOCK = 256
_ROUNDING = 1e-6


def near_duplicates(images: Sequence[np.ndarray] | np.ndarray) -> list[tuple[int, int, float]]:
    """Pairs of images that show the same picture.

    Args:
        images: uint8 (h, w, 1 or 3) each, of any size, or one array (n, h, w, 1 or 3).

    Returns:
        (place, later place, distance ≥ 0 in grey values) in the order of the places, at most `MOST_PAIRS`.
    """
    thumbs = _Thumbnails(images)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(thumbs), _BLOCK):
        first, second, distances = thumbs.near(slice(start, start + _BLOCK), slice(start, None))
        later = np.flatnonzero(second > first)[: MOST_PAIRS - len(found)]
        found += zip(first[later].tolist(), second[later].tolist(), distances[later].tolist(), strict=True)
        if len(found) >= MOST_PAIRS:
            break
    return found


def leaks(images: ImageSet, parts: SplitIndices) -> list[tuple[int, int, float]]:
    """Test images whose twin is among the images for training or validation: the network has seen them.

    Returns:
        (place of the nearest twin in training or validation, place in the test, distance) for each such test image,
        in the order of the test.
    """
    thumbs = _Thumbnails(images.images)
    seen = np.concatenate([parts.train, parts.validation])
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(parts.test), _BLOCK):
        first, second, distances = thumbs.near(parts.test[start : start + _BLOCK], seen)
        order = np.lexsort((distances, first))
        _, nearest = np.unique(first[order], return_index=True)
        chosen = order[nearest]
        found += zip(second[chosen].tolist(), first[chosen].tolist(), distances[chosen].tolist(), strict=True)
    return found


def groups(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The places 0 … `count` − 1 that are joined by pairs, also over others; each group and all groups in order."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not pairs:
        return []
    first, second = np.array(pairs).T
    links = coo_array((np.ones(len(pairs), bool), (first, second)), shape=(count, count))
    _, numbers = connected_components(links, directed=False)
    joined: dict[int, list[int]] = {}
    for place in np.flatnonzero(np.bincount(numbers)[numbers] > 1).tolist():
        joined.setdefault(int(numbers[place]), []).append(place)
    return sorted(joined.values())


def thumbnails(images: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Mean grey values, float64 (n, 256), 0…255, of images as in `near_duplicates`."""
    made = np.empty((len(images), SIDE * SIDE))
    for place, image in enumerate(images):
        made[place] = _thumbnail(image).ravel()
    return made


def _thumbnail(image: np.ndarray) -> np.ndarray:
    """Float (16, 16) of uint8 (h, w, 1 or 3): each value is the mean of the area that it covers."""
    height, width, channels = image.shape
    grey = image[..., 0].astype(np.float32) if channels == 1 else image @ _GREY
    return _areas(height) @ grey @ _areas(width).T


@lru_cache(maxsize=256)
def _areas(length: int) -> np.ndarray:
    """The share of each of `length` pixels in the mean of each of 16 stretches, float32 (16, length)."""
    edges, pixels = np.linspace(0, length, SIDE + 1), np.arange(length)
    covered = np.minimum(edges[1:, np.newaxis], pixels + 1) - np.maximum(edges[:-1, np.newaxis], pixels)
    return (np.clip(covered, 0, None) * SIDE / length).astype(np.float32)


class _Thumbnails:
    """Thumbnails without their means, ready to be compared."""

    def __init__(self, images: Sequence[np.ndarray] | np.ndarray) -> None:
        values = thumbnails(images)
        self._light = values.mean(axis=1)
        # float64: the distance of equal ones is the difference of two large numbers
        self._values = (values - self._light[:, np.newaxis]) / SIDE  # so that a scalar product is a mean over pixels
        self._squares = np.einsum("ij,ij->i", self._values, self._values)
        contrast = np.sqrt(self._squares)
        self._reach = np.where(contrast < FLAT, 0, np.minimum(NEAR, NEAR_SHARE * contrast)) ** 2 + _ROUNDING
        self._light_reach = np.where(contrast < FLAT, FLAT_LIGHT, NEAR_LIGHT)

    def __len__(self) -> int:
        return len(self._values)

    def near(self, rows: slice | np.ndarray, columns: slice | np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places among `rows`, places among `columns`, and distances, of those that are twins."""
        products = self._values[rows] @ self._values[columns].T
        squares = self._squares[rows][:, np.newaxis] + self._squares[columns] - 2 * products
        near = squares <= self._reach[rows][:, np.newaxis]
        near &= squares <= self._reach[columns]
        first, second = np.nonzero(near)
        places = np.arange(len(self))
        one, other = places[rows][first], places[columns][second]
        most = np.minimum(self._light_reach[one], self._light_reach[other])
        alike = np.abs(self._light[one] - self._light[other]) <= most
        distances = np.sqrt(np.clip(squares[first, second], 0, None))
        return one[alike], other[alike], distances[alike]
