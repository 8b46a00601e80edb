"""The status of a run, derived from its files and never stored: after a crash there is nothing to repair."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from imgcls.atomic import read_json
from imgcls.language import N_

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
    Status.RUNNING: N_("training"),
    Status.PAUSED: N_("paused"),
    Status.INTERRUPTED: N_("interrupted"),
    Status.COMPLETED: N_("completed"),
    Status.STOPPED: N_("stopped early"),
    Status.FAILED: N_("failed"),
}


def derive_status(folder: Path) -> Status:
    """Read the status off the files of a run."""
    result = read_json(folder / RESULT)
    if isinstance(result, dict):
        return Status(result["status"])
    if is_locked(folder / LOCK):
        control = read_json(folder / CONTROL) or {}
        return Status.PAUSED if control.get("pause") else Status.RUNNING
    # the order matters: a worker that ends writes the result before it lets go of the lock
    if isinstance(result := read_json(folder / RESULT), dict):
        return Status(result["status"])
    return Status.QUEUED if (folder / QUEUE).exists() else Status.INTERRUPTED


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock at `path`.

    Asking means trying to take it. Who asks holds it for an instant, so a first "taken" may be
    another who asks: only the second one counts.
    """
    if not path.exists():
        return False
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
