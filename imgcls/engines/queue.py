"""The line of waiting runs, shared by all engines of one home folder through its files.

`queue.json` in a run's folder holds its ticket (the smallest is the next) and the engine that will
start it. An engine holds `engines/<id>.lock` for life: where the lock is free, the engine is gone,
and another one may take its runs over.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from imgcls.atomic import read_json, write_json
from imgcls.errors import QueueFullError, RunStateError, UnknownNameError
from imgcls.home import folder, home
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import Recipe
from imgcls.runs import STATUS_WORDS, Run, Status, create_run, get_run
from imgcls.runs.status import CONTROL, QUEUE, RESULT, is_locked
from imgcls.runs.store import line_folder, note_in_line


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


def sweep_engine_locks() -> None:
    """Delete the locks of engines that were killed. The queue lock must be held, as by an engine that begins."""
    for path in folder("engines").glob("[0-9]*-*.lock"):
        if not is_locked(path):
            path.unlink(missing_ok=True)


def waiting_runs() -> list[Waiting]:
    """The line, first come first."""
    found = []
    # only runs that were put into the line are looked into: thousands of old ones must not cost time at every tick
    for name in os.listdir(line_folder()):
        path = home() / "runs" / name / QUEUE
        if not path.exists():
            continue
        with suppress(UnknownNameError):  # deleted meanwhile
            run = get_run(name)
            if run.status is Status.QUEUED:
                place = Waiting(*_place(run), run)
                if path.exists():  # else a worker has begun it in between, and what was read is nobody's place
                    found.append(place)
    return sorted(found, key=lambda waiting: (waiting.ticket, waiting.run.id))


def find_waiting() -> None:
    """Note every run that has a place in the line; the queue lock must be held, as by an engine that begins.

    A process that was killed may have left one that nobody would find.
    """
    for path in (home() / "runs").glob(f"[0-9]*/{QUEUE}"):
        note_in_line(path.parent.name)


def _forget_begun() -> None:
    """Take out of the line's folder what waits no more; the queue lock must be held."""
    for path in line_folder().iterdir():
        if not (home() / "runs" / path.name / QUEUE).exists():
            path.unlink(missing_ok=True)


def _place(run: Run) -> tuple[int, str]:
    """Ticket and engine of a run; a damaged entry belongs to nobody, so that a server takes it over."""
    data = read_json(run.folder / QUEUE)
    try:
        return int(data["ticket"]), str(data["engine"])
    except (KeyError, TypeError, ValueError):
        return 0, ""


def ticket_of(run: Run) -> int:
    """The ticket that a run holds; 0 for none."""
    return _place(run)[0]


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
        _forget_begun()
        return create_run(recipe, {"ticket": _next_ticket(), "engine": engine})


def check_resumable(run: Run) -> None:
    """Refuse to start a run again that is over for good, or that somebody has in hand.

    Raises:
        RunStateError: neither interrupted nor stopped, nor waiting for an engine that has gone.
    """
    status = run.status
    orphaned = status is Status.QUEUED and not is_alive(_place(run)[1])
    if status not in (Status.INTERRUPTED, Status.STOPPED) and not orphaned:
        raise RunStateError(
            N_("Only an interrupted or stopped run can be resumed. Run {run} is: {status}."),
            run=run.id,
            status=STATUS_WORDS[status],
        )


def enqueue_again(run: Run, engine: str) -> None:
    """Put a run that can be resumed at the end of the line; its wishes of before are forgotten.

    Raises:
        RunStateError: it cannot be resumed.
        QueueFullError: the line is full.
    """
    with queue_lock():
        check_resumable(run)  # of two who ask at once, the second is refused
        if run.status is not Status.QUEUED:
            _check_room()
        wishes = read_json(run.folder / CONTROL) or {}
        write_json(run.folder / CONTROL, {"learning_rate": wishes.get("learning_rate")})
        write_json(run.folder / QUEUE, {"ticket": _next_ticket(), "engine": engine})
        note_in_line(run.id)
        (run.folder / RESULT).unlink(missing_ok=True)


def is_alive(engine: str) -> bool:
    """Whether the engine still runs; the empty name never does."""
    return bool(engine) and is_locked(home() / "engines" / f"{engine}.lock")
