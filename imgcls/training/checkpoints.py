"""Checkpoints: all variables of model and optimizer and the progress as plain arrays, with their sha256.

`checkpoints/checkpoint.json` names the files: `last`, the one before it (`previous`), and `best`.
Nothing is loaded whose checksum does not match. A file that is named is never written again: no two
have the same name.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
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
        feature_seconds: time spent computing the features of a frozen body, before the first step.
        images: training images seen in that time.
        waited: epochs since the best one.
        best: the `epoch` line of the best epoch.
        top_accuracy: the highest validation accuracy of any epoch.
        precision: that the steps compute in; "": not settled yet.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    hit_sum: float = 0.0
    seconds: float = 0.0
    feature_seconds: float = 0.0
    images: int = 0
    waited: int = 0
    best: dict[str, Any] | None = field(default=None)
    top_accuracy: float = 0.0
    precision: str = ""


def snapshot(variables: Iterable[Any]) -> list[np.ndarray]:
    """Copies of the values of Keras variables."""
    return [np.array(variable.numpy()) for variable in variables]


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, run_folder: Path) -> None:
        self.folder = run_folder / "checkpoints"
        with disk_errors(self.folder):
            self.folder.mkdir(exist_ok=True)
        pointer = read_json(self.folder / POINTER)
        entries = pointer.items() if isinstance(pointer, dict) else []
        self._pointer = {name: entry for name, entry in entries if isinstance(entry, dict)}
        self._is_lost = not self._pointer and (self.folder / POINTER).exists()

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
            pointer["best"] = self._write("best", progress, best, [])
        if "last" in pointer:
            pointer["previous"] = pointer["last"]
        # a second copy of the progress, for who only wants to know how far the run is
        pointer["last"] = self._write("last", progress, weights, optimizer) | {"progress": asdict(progress)}
        self._point(pointer)

    def save_best(self, progress: Progress, best: list[np.ndarray]) -> None:
        """Write the best weights alone: the present ones are not worth going on from."""
        self._point(self._pointer | {"best": self._write("best", progress, best, [])})

    def _write(
        self, kind: str, progress: Progress, weights: list[np.ndarray], optimizer: list[np.ndarray]
    ) -> dict[str, Any]:
        arrays = {f"model-{place:04d}": value for place, value in enumerate(weights)}
        arrays |= {f"optimizer-{place:04d}": value for place, value in enumerate(optimizer)}
        arrays["progress"] = np.frombuffer(json.dumps(asdict(progress)).encode(), np.uint8)
        name = f"{kind}-{progress.step}-{secrets.token_hex(3)}.npz"
        return {"file": name, "sha256": write_arrays(self.folder / name, arrays)}

    def _point(self, pointer: dict[str, dict[str, Any]]) -> None:
        write_json(self.folder / POINTER, pointer)
        self._pointer = pointer
        self._sweep()

    def _sweep(self) -> None:
        """Delete what the pointer does not name, also what a killed worker left half-written."""
        named = {POINTER, *(entry.get("file") for entry in self._pointer.values())}
        with suppress(OSError):  # it costs space, no more; the next one tries again
            for path in self.folder.iterdir():
                if path.name not in named:
                    path.unlink(missing_ok=True)

    def newest(self) -> tuple[Progress, dict[str, np.ndarray]] | None:
        """The last checkpoint that is whole, falling back on the one before; None if there is none."""
        for name in ("last", "previous"):
            entry = self._pointer.get(name)
            if entry and (arrays := self._read(entry)) is not None:
                self._pointer["last"] = entry  # the next one's previous, which must not be a damaged one
                return Progress(**json.loads(arrays.pop("progress").tobytes())), arrays
        return None

    @property
    def is_damaged(self) -> bool:
        """Whether the last checkpoint fails its checksum."""
        entry = self._pointer.get("last")
        return self._is_lost if entry is None else self._read(entry) is None

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
        try:
            path = self.folder / Path(entry["file"]).name
            data = path.read_bytes()
            return read_arrays(path) if hashlib.sha256(data).hexdigest() == entry["sha256"] else None
        except (OSError, ValueError, KeyError, TypeError):
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
