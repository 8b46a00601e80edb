"""Checkpoints: all variables of model and optimizer as plain arrays, with their sha256.

`checkpoints/checkpoint.json` names the files: `last`, the one before it (`previous`), and `best`.
Nothing is loaded whose checksum does not match.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.atomic import disk_errors, read_arrays, read_json, write_arrays, write_json
from imgcls.errors import CheckpointError
from imgcls.language import N_

POINTER = "checkpoint.json"


@dataclass
class Progress:
    """How far a run is; what a resumed run needs besides the weights.

    Args:
        epoch: whole epochs done.
        step: steps done since the start of the run.
        loss_sum, hit_sum: sums over the images of the epoch that is under way.
        seconds: time spent training and validating, without pauses.
        images: training images seen in that time.
        waited: epochs since the best one.
        best: the `epoch` line of the best epoch.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    hit_sum: float = 0.0
    seconds: float = 0.0
    images: int = 0
    waited: int = 0
    best: dict[str, Any] | None = field(default=None)


def snapshot(variables: Iterable[Any]) -> list[np.ndarray]:
    """Copies of the values of Keras variables."""
    return [np.array(variable) for variable in variables]


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, run_folder: Path) -> None:
        self.folder = run_folder / "checkpoints"
        with disk_errors(self.folder):
            self.folder.mkdir(exist_ok=True)
        self._pointer: dict[str, Any] = read_json(self.folder / POINTER) or {}

    def save(
        self,
        progress: Progress,
        weights: list[np.ndarray],
        optimizer: list[np.ndarray],
        best: list[np.ndarray] | None,
    ) -> None:
        """Write the present state, and the best weights where they are new."""
        pointer = dict(self._pointer)
        if best is not None:
            pointer["best"] = self._write(f"best-{progress.step}.npz", best, [])
        last = self._write(f"last-{progress.step}.npz", weights, optimizer)
        if "last" in pointer and pointer["last"]["file"] != last["file"]:
            pointer["previous"] = pointer["last"]
        pointer["last"] = {**last, "progress": asdict(progress)}
        write_json(self.folder / POINTER, pointer)
        self._pointer = pointer
        self._sweep()

    def _write(self, name: str, weights: list[np.ndarray], optimizer: list[np.ndarray]) -> dict[str, str]:
        arrays = {f"model-{place:04d}": value for place, value in enumerate(weights)}
        arrays |= {f"optimizer-{place:04d}": value for place, value in enumerate(optimizer)}
        return {"file": name, "sha256": write_arrays(self.folder / name, arrays)}

    def _sweep(self) -> None:
        """Delete what the pointer no longer names."""
        named = {entry["file"] for entry in self._pointer.values()}
        for path in self.folder.glob("*.npz"):
            if path.name not in named:
                path.unlink(missing_ok=True)

    def newest(self) -> tuple[Progress, dict[str, np.ndarray]] | None:
        """The last checkpoint that is whole, falling back on the one before; None if there is none."""
        for entry in [self._pointer[name] for name in ("last", "previous") if name in self._pointer]:
            if (arrays := self._read(entry)) is not None:
                return Progress(**entry["progress"]), arrays
        return None

    @property
    def is_damaged(self) -> bool:
        """Whether the last checkpoint fails its checksum."""
        return "last" in self._pointer and self._read(self._pointer["last"]) is None

    def best(self) -> list[np.ndarray]:
        """The best weights so far, else the last ones.

        Raises:
            CheckpointError: none of the files is whole.
        """
        for name in ("best", "last", "previous"):
            entry = self._pointer.get(name)
            if entry and (arrays := self._read(entry)) is not None:
                return model_weights(arrays)
        raise CheckpointError(
            N_("Expected a checkpoint that matches its checksum in {path}. Received: none."), path=str(self.folder)
        )

    def version(self) -> str:
        """Changes whenever `best` would answer something else."""
        entry = self._pointer.get("best") or self._pointer.get("last") or {}
        return str(entry.get("sha256", ""))

    def _read(self, entry: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        path = self.folder / entry["file"]
        try:
            data = path.read_bytes()
            return read_arrays(path) if hashlib.sha256(data).hexdigest() == entry["sha256"] else None
        except (OSError, ValueError):
            return None


def model_weights(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays) if name.startswith("model-")]


def optimizer_weights(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays) if name.startswith("optimizer-")]


def restore(variables: Iterable[Any], values: list[np.ndarray]) -> None:
    """Assign arrays to variables, in order.

    Raises:
        CheckpointError: the number or a shape differs, so the checkpoint is of another model.
    """
    variables = list(variables)
    shapes = [tuple(variable.shape) for variable in variables]
    if shapes != [value.shape for value in values]:
        raise CheckpointError(
            N_("Expected a checkpoint with {expected} arrays of the model's shapes. Received: {received} arrays."),
            expected=len(variables),
            received=len(values),
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
