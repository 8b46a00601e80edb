"""What people ask of a running run: written by anyone, read by its worker between two calls."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from imgcls.atomic import read_json, write_json
from imgcls.runs.status import CONTROL


@dataclass(frozen=True)
class Wishes:
    """The content of `control.json`. `learning_rate` None means: as the recipe says."""

    pause: bool = False
    stop: bool = False
    learning_rate: float | None = None


def read_wishes(folder: Path) -> Wishes:
    data = read_json(folder / CONTROL)
    if not isinstance(data, dict):
        return Wishes()
    rate = data.get("learning_rate")
    usable = float(rate) if isinstance(rate, int | float) and 0 < rate <= 10 else None
    return Wishes(data.get("pause") is True, data.get("stop") is True, usable)


def write_wishes(folder: Path, wishes: Wishes) -> None:
    write_json(folder / CONTROL, {"pause": wishes.pause, "stop": wishes.stop, "learning_rate": wishes.learning_rate})


class Control:
    """The worker's view of the wishes, and of whether it is still wanted at all.

    Args:
        folder: the run's.
        leave: set when the worker must checkpoint and go (its server ended, or it got SIGTERM).
    """

    def __init__(self, folder: Path, leave: threading.Event | None = None) -> None:
        self._folder = folder
        self._changed: tuple[int, int] | None = None
        self._wishes = Wishes()
        self.leave = leave or threading.Event()

    @property
    def wishes(self) -> Wishes:
        """The newest wishes; the file is only read when it has changed."""
        try:
            facts = (self._folder / CONTROL).stat()
        except OSError:
            return self._wishes
        changed = (facts.st_mtime_ns, facts.st_ino)  # two wishes may fall into one tick of the clock
        if changed != self._changed:
            self._wishes, self._changed = read_wishes(self._folder), changed
        return self._wishes

    def wait_while_paused(self) -> None:
        while self.wishes.pause and not self.wishes.stop and not self.leave.is_set():
            time.sleep(0.05)
