"""The time-lapse of a run, as it lies in the run's snapshots: what became of the watched images, epoch by epoch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgcls.atomic import read_arrays
from imgcls.runs.snapshots import FOLDER, pinned_path, read_snapshot

_NAME = re.compile(r"epoch-(\d{4,})\.npz")


@dataclass(frozen=True, eq=False)
class Frame:
    """One epoch.

    Args:
        epoch: epochs done; 0 is the first step.
        raws: Grad-CAM of the true class, float (n, h', w'), not rectified; (n, 0, 0) for a network without maps.
        statuses: a word of `imgcls.explain.Status` for each image.
        probabilities: float (n, classes), of each image.
        confusion: counts on the whole validation part, (classes, classes); None at the first step.
        filters: of the first convolution, float (height, width, channels, filters); None where there is none.
    """

    epoch: int
    raws: np.ndarray
    statuses: tuple[str, ...]
    probabilities: np.ndarray
    confusion: np.ndarray | None
    filters: np.ndarray | None


@dataclass(frozen=True, eq=False)
class TimeLapse:
    """A run's watched images and what became of them.

    Args:
        images: uint8 (n, h, w, c).
        labels: their true classes, int (n,).
        positions: theirs in the data set, int (n,).
        frames: at least one, in the order of their epochs.
    """

    images: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    frames: tuple[Frame, ...]

    @property
    def epochs(self) -> tuple[int, ...]:
        return tuple(frame.epoch for frame in self.frames)

    @property
    def has_maps(self) -> bool:
        """Whether the network has a layer that says where."""
        return any(frame.raws.size for frame in self.frames)

    def thinned(self, most: int) -> TimeLapse:
        """At most `most` of the frames, at least 2, evenly spread; the first and the last are among them."""
        places = np.unique(np.linspace(0, len(self.frames) - 1, most).round().astype(int))
        return TimeLapse(self.images, self.labels, self.positions, tuple(self.frames[place] for place in places))


def read_time_lapse(folder: Path, last: int | None = None) -> TimeLapse | None:
    """The time-lapse of the run in `folder`; None if it has none. Epochs that cannot be read are left out.

    Args:
        folder: the run's.
        last: the last epoch of the run; what an earlier try left behind later ones is not a part of it.
    """
    try:
        pinned = read_arrays(pinned_path(folder))
    except (OSError, ValueError):
        return None
    images, labels, positions = (pinned.get(name) for name in ("images", "labels", "positions"))
    if images is None or labels is None or positions is None or not _are_images(images, labels, positions):
        return None
    frames = tuple(
        frame
        for epoch in _epochs(folder)
        if (last is None or epoch <= last) and (frame := _frame(folder, epoch, labels)) is not None
    )
    return TimeLapse(images, labels, positions, frames) if frames else None


def _are_images(images: np.ndarray, labels: np.ndarray, positions: np.ndarray) -> bool:
    fine = images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] in (1, 3) and min(images.shape) > 0
    whole = labels.dtype.kind == positions.dtype.kind == "i" and labels.min(initial=0) >= 0
    return fine and whole and labels.shape == positions.shape == images.shape[:1]


def _epochs(folder: Path) -> Iterator[int]:
    names = (_NAME.fullmatch(path.name) for path in (folder / FOLDER).glob("epoch-*.npz"))
    yield from sorted(int(name[1]) for name in names if name)


def _frame(folder: Path, epoch: int, labels: np.ndarray) -> Frame | None:
    arrays = read_snapshot(folder, epoch)
    raws, statuses, probabilities = (arrays.get(f"pinned_{name}") for name in ("raw", "status", "probabilities"))
    if raws is None or statuses is None or probabilities is None:
        return None
    count = len(labels)
    fine = raws.dtype.kind == probabilities.dtype.kind == "f" and statuses.dtype.kind == "U"
    if not fine or raws.ndim != 3 or probabilities.ndim != 2 or statuses.shape != (count,):
        return None
    if len(raws) != count or len(probabilities) != count or probabilities.shape[1] <= labels.max():
        return None
    classes = probabilities.shape[1]
    confusion, filters = arrays.get("confusion"), arrays.get("filters")
    if confusion is not None and (confusion.shape != (classes, classes) or confusion.dtype.kind not in "iu"):
        confusion = None
    if filters is not None and (filters.ndim != 4 or filters.dtype.kind != "f" or not filters.size):
        filters = None
    return Frame(epoch, raws, tuple(str(one) for one in statuses), probabilities, confusion, filters)
