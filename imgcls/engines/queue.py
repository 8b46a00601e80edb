"""The line of waiting runs, shared by all engines of one home folder through its files.

`queue.json` in a run's folder holds its ticket (the smallest is the next) and the engine that will
start it. An engine holds `engines/<id>.lock` for life: where the lock is free, the engine is gone,
and another one may take its runs over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.errors import QueueFullError
from imgcls.home import folder, home
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import Recipe
from imgcls.runs import Run, Status, create_run, iterate_runs
from imgcls.runs.status import CONTROL, QUEUE, RESULT, is_locked


@dataclass(frozen=True)
class Waiting:
    """A run in the line."""

    ticket: int
    engine: str
    run: Run


def queue_lock() -> FileLock:
    """Held for every change of the line."""
    return FileLock(folder("engines") / "queue.lock", timeout=30)


def engine_lock_path(engine: str) -> Path:
    return folder("engines") / f"{engine}.lock"


def waiting_runs() -> list[Waiting]:
    """The line, first come first."""
    found = []
    for run in iterate_runs():
        data = read_json(run.folder / QUEUE)
        if isinstance(data, dict) and run.status is Status.QUEUED:
            found.append(Waiting(int(data["ticket"]), str(data.get("engine", "")), run))
    return sorted(found, key=lambda waiting: waiting.ticket)


def _next_ticket() -> int:
    path = folder("engines") / "ticket.json"
    ticket = int((read_json(path) or {}).get("ticket", 0)) + 1
    write_json(path, {"ticket": ticket}, durable=False)
    return ticket


def _check_room() -> None:
    count, most = len(waiting_runs()), int(limit("queued_runs"))
    if count >= most:
        raise QueueFullError(
            N_("Expected at most {most} waiting runs. {count} are waiting already: try again when one has ended."),
            most=most,
            count=count,
        )


def enqueue(recipe: Recipe, engine: str) -> Run:
    """A new run at the end of the line.

    Raises:
        QueueFullError: the line is full.
    """
    with queue_lock():
        _check_room()
        return create_run(recipe, {"ticket": _next_ticket(), "engine": engine})


def enqueue_again(run: Run, engine: str) -> None:
    """Put an interrupted or stopped run at the end of the line; its wishes of before are forgotten.

    Raises:
        QueueFullError: the line is full.
    """
    with queue_lock():
        _check_room()
        wishes = read_json(run.folder / CONTROL) or {}
        write_json(run.folder / CONTROL, {"learning_rate": wishes.get("learning_rate")})
        write_json(run.folder / QUEUE, {"ticket": _next_ticket(), "engine": engine})
        (run.folder / RESULT).unlink(missing_ok=True)


def is_alive(engine: str) -> bool:
    """Whether the engine still runs; the empty name never does."""
    return bool(engine) and is_locked(home() / "engines" / f"{engine}.lock")
