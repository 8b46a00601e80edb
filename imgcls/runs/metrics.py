"""The log of a run: one line of JSON per event, only ever appended, read by anyone at any time.

Lines, by `kind`:
    start    what is about to happen: steps per epoch, epochs, parameters, images
    features how far a frozen body's features are: images done, in all, and taken from the cache; seconds
    steps    one entry per logged step: loss and accuracy of the training batch; the last step's number
    epoch    an epoch's end: training and validation loss and accuracy
    event    paused, continued, a new learning rate …
    resumed  training goes on from this step; later lines of before are void
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imgcls.atomic import disk_errors

NAME = "metrics.jsonl"


class MetricsLog:
    """The writing side; one writer a run, the holder of the run's lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        with disk_errors(self._path):
            self._file = self._path.open("ab")
            if self._file.tell() and not self._ends_whole():
                self._file.write(b"\n")  # close the line that a killed worker left torn

    def _ends_whole(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"

    def write(self, kind: str, **values: Any) -> None:
        """Append one line; its time is added as `t`, in seconds since 1970."""
        line = json.dumps({"kind": kind, "t": round(time.time(), 3), **values}, separators=(",", ":"))
        with disk_errors(self._path):
            self._file.write(line.encode() + b"\n")
            self._file.flush()

    def close(self) -> None:
        with suppress(OSError):  # a line that a full disk refused, and `write` has said so
            self._file.close()


@dataclass
class Curve:
    """What the log says so far. Lists of equal length run over logged steps.

    `epochs` holds the `epoch` lines, `events` the `event` lines, `start` the first line, `features` the last such.
    """

    start: dict[str, Any] = field(default_factory=dict)
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    images_per_second: float = 0.0
    features: dict[str, Any] = field(default_factory=dict)
    epochs: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    last_time: float = 0.0

    @property
    def last_step(self) -> int:
        return self.step[-1] if self.step else 0

    @property
    def steps_per_epoch(self) -> int:
        return int(self.start.get("steps_per_epoch", 0))

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * int(self.start.get("epochs", 0))

    @property
    def best(self) -> dict[str, Any] | None:
        """The epoch line that was the best when the log ends."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.get("best")), None)

    @property
    def epoch_images(self) -> int:
        """Images that an epoch sees; known once it has begun."""
        return int(self.start.get("epoch_images", self.start["train_images"]))

    def seconds_left(self) -> float | None:
        """Time that the remaining steps take at the present speed, in seconds; None before the first step."""
        if not (self.start and self.step and self.images_per_second):
            return None
        epochs = (self.total_steps - self.last_step) / max(1, self.steps_per_epoch)
        validation = self.epochs[-1].get("validation_seconds", 0.0) if self.epochs else 0.0
        whole = self.start["epochs"] - sum(1 for epoch in self.epochs if not epoch.get("partial"))
        return epochs * self.epoch_images / self.images_per_second + validation * max(0, whole)

    def _take(self, line: dict[str, Any]) -> None:
        self.last_time = line["t"]
        kind = line["kind"]
        if kind == "start":
            self.start = line
        elif kind == "features":
            self.features = line
        elif kind == "steps":
            self._take_steps(line)
        elif kind == "epoch":
            self.epochs.append(line)
        elif kind == "resumed":
            self._rewind(line["step"])
            self.events.append(line)
        elif kind == "event":
            self.events.append(line)

    def _take_steps(self, line: dict[str, Any]) -> None:
        # everything is read before anything is kept: the lists stay equally long whatever the line lacks
        last, loss, accuracy = line["step"], line["loss"], line["accuracy"]
        rate, speed = line["learning_rate"], line["images_per_second"]
        count, every = len(loss), line.get("every", 1)
        self.step += [last - every * (count - 1 - place) for place in range(count)]
        self.loss += loss
        self.accuracy += accuracy
        self.learning_rate += [rate] * count
        self.images_per_second = speed

    def _rewind(self, step: int) -> None:
        keep = sum(1 for known in self.step if known <= step)
        for values in (self.step, self.loss, self.accuracy, self.learning_rate):
            del values[keep:]
        # the part of an epoch that was validated when the run was stopped is validated again as a whole
        self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= step and not epoch.get("partial")]


class CurveReader:
    """Follows the log of one run from where it stopped reading. Not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._offset = 0
        self.curve = Curve()

    def poll(self) -> bool:
        """Read what has been added; True if there was something. A torn last line waits for its end."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return False
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            self._read(line)
        return bool(whole)

    def _read(self, line: bytes) -> None:
        try:
            self.curve._take(json.loads(line))
        except (ValueError, KeyError, TypeError):
            return  # a line torn by a kill; what it said is repeated after the resume


def read_curve(folder: Path) -> Curve:
    """The whole log of a run."""
    reader = CurveReader(folder)
    reader.poll()
    return reader.curve
