"""Numbers that tell whether a data set can be trusted: sizes of classes, their averages, brightness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgcls.datasets.advice import IMBALANCED
from imgcls.datasets.look import THREE, Look
from imgcls.datasets.registry import ImageSet, Part

#: Fewer images of a class than this in one part: a share of them is a matter of luck.
FEW = 10
#: Bars of the histogram of brightness.
BINS = 32


def class_counts(seen: Look) -> np.ndarray:
    """Images of each class in training, validation and test, int64 (3, classes)."""
    classes = len(seen.images.class_names)
    return np.stack([np.bincount(seen.labels[seen.parts == part], minlength=classes) for part in THREE])


@dataclass(frozen=True)
class Unevenness:
    """How far apart the classes of the training part are. `largest` and `smallest` are places of classes."""

    largest: int
    most: int
    smallest: int
    least: int

    @property
    def is_large(self) -> bool:
        """Whether the largest class drowns the smallest."""
        return self.most > IMBALANCED * self.least


def unevenness(counts: np.ndarray) -> Unevenness:
    """The largest and the smallest class among the training images, of `class_counts`."""
    training = counts[0]
    largest, smallest = int(training.argmax()), int(training.argmin())
    return Unevenness(largest, int(training[largest]), smallest, int(training[smallest]))


def scarce(counts: np.ndarray) -> list[tuple[Part, int, list[int]]]:
    """Parts in which classes have fewer than `FEW` images: the part, the fewest, and which classes, of `class_counts`.

    Parts without any image are left out: then nothing was drawn.
    """
    return [
        (part, int(row.min()), np.flatnonzero(row < FEW).tolist())
        for part, row in zip(THREE, counts, strict=True)
        if row.sum() and row.min() < FEW
    ]


@dataclass(frozen=True)
class Averages:
    """What the images of each class have in common.

    Args:
        means: uint8 (classes, h, w, c), the mean of each pixel.
        deviations: uint8 (classes, h, w, 1), the standard deviation of each pixel, over channels its root mean square,
            where 255 is `largest`.
        largest: the largest standard deviation of a pixel (grey values of 255).
    """

    means: np.ndarray
    deviations: np.ndarray
    largest: float


def averages(images: ImageSet, labels: np.ndarray, used: np.ndarray) -> Averages:
    """The mean image of each class, and where its images differ; black for a class without images.

    Args:
        images: the data set.
        labels: int64 (n,).
        used: bool (n,), which images count.
    """
    shape = (len(images.class_names), *images.image_shape)
    means, deviations = np.zeros(shape, np.float32), np.zeros((*shape[:3], 1), np.float32)
    for label in range(len(images.class_names)):
        members = images.images[used & (labels == label)]
        if len(members):
            means[label] = members.mean(axis=0, dtype=np.float32)
            deviations[label] = _deviation(members, means[label])
    largest = float(deviations.max(initial=0))
    scaled = deviations * (255 / largest if largest else 0)
    return Averages(np.rint(means).astype(np.uint8), np.rint(scaled).astype(np.uint8), largest)


def _deviation(members: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """The deviation of each pixel, (h, w, 1), of uint8 (n, h, w, c); in blocks: as floats all would fill the memory."""
    squares = np.zeros(mean.shape, np.float64)
    for start in range(0, len(members), 256):
        squares += np.square(members[start : start + 256] - mean).sum(axis=0)
    return np.sqrt(squares.mean(axis=2, keepdims=True) / len(members))


def unlikeness(images: ImageSet) -> np.ndarray:
    """How far each image is from the mean of its class, float32 (n,): the root of the mean squared difference.

    Far ones are often wrongly labelled, damaged, or simply rare. Classes are those that are stored.
    """
    labels, found = images.labels, np.zeros(len(images), np.float32)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        mean = images.images[members].mean(axis=0, dtype=np.float32)
        for start in range(0, len(members), 256):
            some = members[start : start + 256]
            found[some] = np.sqrt(np.square(images.images[some] - mean).mean(axis=(1, 2, 3)))
    return found


def brightness(images: ImageSet) -> np.ndarray:
    """The mean of each image's pixels, float32 (n,), 0…255."""
    return images.images.mean(axis=(1, 2, 3), dtype=np.float32)


def brightness_shares(values: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The share of each part's images in each of `BINS` steps of brightness, float64 (3, BINS); rows sum to 1 or 0.

    Args:
        values: float (n,), from `brightness`.
        parts: int8 (n,).
    """
    edges = np.linspace(0, 256, BINS + 1)
    counts = np.stack([np.histogram(values[parts == part], edges)[0] for part in THREE])
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
