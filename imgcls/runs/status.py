"""The status of a run, derived from its files and never stored: after a crash there is nothing to repair."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from imgcls.atomic import read_json
from imgcls.language import N_

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LOCK = "worker.lock"
RESULT = "result.json"
QUEUE = "queue.json"
CONTROL = "control.json"


class Status(StrEnum):
    """How a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        """Somebody works on it, or will without being asked again."""
        return self in (Status.QUEUED, Status.RUNNING, Status.PAUSED)

    @property
    def is_over(self) -> bool:
        return self in (Status.COMPLETED, Status.STOPPED, Status.FAILED)


#: The words in which the page names a status.
STATUS_WORDS = {
    Status.QUEUED: N_("waiting"),
    Status.RUNNING: N_("in training"),
    Status.PAUSED: N_("paused"),
    Status.INTERRUPTED: N_("interrupted"),
    Status.COMPLETED: N_("completed"),
    Status.STOPPED: N_("stopped early"),
    Status.FAILED: N_("failed"),
}


def derive_status(folder: Path) -> Status:
    """Read the status off the files of a run."""
    # the order matters: a worker takes the lock, then its place out of the line, and in the end it
    # writes the result before it lets go of the lock
    if ended := _ended(folder):
        return ended
    waits = (folder / QUEUE).exists()
    if is_locked(folder / LOCK):
        control = read_json(folder / CONTROL)
        paused = isinstance(control, dict) and control.get("pause") is True
        return Status.PAUSED if paused else Status.RUNNING
    return _ended(folder) or (Status.QUEUED if waits else Status.INTERRUPTED)


def _ended(folder: Path) -> Status | None:
    """What the result says; None where there is none, or none that can be read."""
    result = read_json(folder / RESULT)
    said = result.get("status") if isinstance(result, dict) else None
    return next((status for status in Status if status.is_over and status == said), None)


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock at `path`.

    Asking means trying to take it. Where the system can, all who ask share it, and so are never
    taken for a holder; else a first "taken" may be another who asks: only the second one counts.
    """
    if not path.exists():
        return False
    if fcntl:
        return _is_held(path)
    for attempt in range(2):
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            if attempt == 0:
                time.sleep(0.003)
        except OSError:
            return False  # the folder went away in between
    return True


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # the folder went away in between
    return False
