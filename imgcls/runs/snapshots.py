"""The snapshots of a run: small arrays, written at its first step and at the end of every epoch.

    <run>/snapshots/epoch-0000.npz   the first step: gradients, first filters, and the watched images
    <run>/snapshots/epoch-0003.npz   the end of the third epoch: mistakes, first filters, gradients of its last step,
                                     and the watched images
    <run>/snapshots/pinned.npz       the images that are watched: `imgcls.training.timelapse` writes them,
                                     `imgcls.runs.timelapse` reads them

Older runs have no gradients and no epoch 0. A reader takes what it finds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgcls.atomic import read_arrays

FOLDER = "snapshots"
#: The epoch under which the first step is kept: the gradients of a network that has not learned anything.
FIRST_STEP = 0


def snapshot_path(folder: Path, epoch: int) -> Path:
    """The file of one epoch of the run in `folder`."""
    return folder / FOLDER / f"epoch-{epoch:04d}.npz"


def pinned_path(folder: Path) -> Path:
    """The file of the images that are watched in the run in `folder`."""
    return folder / FOLDER / "pinned.npz"


def read_snapshot(folder: Path, epoch: int, only: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The arrays of one epoch of the run in `folder`; none if there is no snapshot, or no readable one.

    Args:
        only: names of those that are wanted; None: all.
    """
    try:
        return read_arrays(snapshot_path(folder, epoch), only)
    except (OSError, ValueError):
        return {}


@dataclass(frozen=True)
class Gradients:
    """How strong the gradient was in each layer at one step.

    Args:
        layers: names, from the image to the answer.
        norms: L2 norm of the loss's gradient with respect to each layer's kernel, float64, (layers,). May hold 0,
            infinity and what is not a number.
    """

    layers: tuple[str, ...]
    norms: np.ndarray

    @property
    def last_by_first(self) -> float:
        """How many times larger the last layer's norm is than the first's; infinite if only the first is 0.

        Not a number where there is nothing to compare: both are 0, or one of them is no finite number.
        """
        first, last = float(self.norms[0]), float(self.norms[-1])
        if not (np.isfinite(first) and np.isfinite(last)) or first == last == 0:
            return float("nan")
        return last / first if first else float("inf")

    @property
    def drawable(self) -> np.ndarray:
        """Which norms have a place on a logarithmic axis: bool, (layers,)."""
        return np.isfinite(self.norms) & (self.norms > 0)


def read_gradients(folder: Path, epoch: int) -> Gradients | None:
    """The gradients of an epoch's last step, or of the run's first step; None where none were kept."""
    arrays = read_snapshot(folder, epoch)
    norms, layers = arrays.get("gradient_norms"), arrays.get("gradient_layers")
    if norms is None or layers is None or norms.dtype.kind != "f" or layers.dtype.kind != "U":
        return None
    if norms.ndim != 1 or norms.shape != layers.shape or not norms.size:
        return None
    return Gradients(tuple(str(name) for name in layers), norms.astype(float))
