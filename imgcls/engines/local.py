"""The local engine: a worker process for each run at a time, a warm spare, and a thread that starts whoever is next.

A worker that has ended its run well takes the next: in a race, importing Keras anew for each run would cost more than
a quarter of the time.
"""

from __future__ import annotations

import atexit
import json
import os
import secrets
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from imgcls.atomic import write_json
from imgcls.engines.process import start_worker
from imgcls.engines.queue import (
    Waiting,
    check_resumable,
    engine_lock_path,
    enqueue,
    enqueue_again,
    find_waiting,
    is_alive,
    queue_lock,
    sweep_engine_locks,
    ticket_of,
    waiting_runs,
)
from imgcls.errors import ImgclsError, RunStateError, WorkerError
from imgcls.home import check_space, check_writable, folder
from imgcls.language import N_
from imgcls.limits import LIMITS, limit
from imgcls.recipe import Optimizer, Recipe, refusal
from imgcls.runs import STATUS_WORDS, Curve, Run, Status, get_run, read_curve
from imgcls.runs.metrics import NAME as METRICS
from imgcls.runs.status import LOCK, QUEUE, RESULT
from imgcls.training.check import check_recipe
from imgcls.training.control import read_wishes, write_wishes
from imgcls.training.data_card import check_same_data
from imgcls.workers.training import PROBLEM

#: Seconds between two looks at the line and the workers, when nothing calls for an earlier one.
TICK = 0.3
#: The same while a run is trained and another waits: what passes between the two is lost.
HASTE = 0.03
#: Runs that one worker trains, more than a race has; the next gets a new process, whatever is left in memory: after
#: nine runs, some of them of deep networks, 0.6 GB more than after the first.
RUNS_OF_A_WORKER = 24
#: Seconds that a worker has between being told to end and being killed.
INSIST = 5.0


@dataclass
class Working:
    """A run with its worker, the slot it takes up, and the ticket with which it was started."""

    run: Run
    ticket: int
    worker: subprocess.Popen[bytes]
    slot: FileLock
    stop_asked: float | None = None
    said: bytes = b""


class LocalEngine:
    """Trains runs on this machine.

    Args:
        adopt: also start runs whose engine has gone; a server does, a single command does not.
        spare: keep a worker warm that has imported Keras already.

    Example:
        >>> engine = LocalEngine()                                              # doctest: +SKIP
        >>> run_id = engine.submit(Recipe())                                    # doctest: +SKIP
        >>> engine.wait(run_id)                                                 # doctest: +SKIP
    """

    def __init__(self, adopt: bool = True, spare: bool = True) -> None:
        check_writable()
        for name in LIMITS:  # nonsense in the environment is refused here, not in the dispatcher, where nobody sees it
            limit(name)
        self.id = f"{os.getpid()}-{secrets.token_hex(3)}"
        self._adopt, self._keep_spare = adopt, spare
        # these locks are taken in one thread and released in another
        self._alive = FileLock(engine_lock_path(self.id), timeout=5, thread_local=False)
        with queue_lock():
            sweep_engine_locks()
            find_waiting()
            self._alive.acquire()
        self._working: list[Working] = []
        self._spare: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []
        self._runs_of: dict[int, int] = {}  # by process number
        self._hurried = False
        self._wake, self._closed = threading.Event(), threading.Event()
        self._guard = threading.RLock()
        self._told: set[str] = set()
        self._thread = threading.Thread(target=self._dispatch_for_ever, name="imgcls-dispatcher", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    # -- what others call

    def submit(self, recipe: Recipe) -> str:
        check_recipe(recipe)
        check_space()
        run = enqueue(recipe, self.id)
        self._wake.set()
        return run.id

    def resume(self, run_id: str) -> None:
        run = get_run(run_id)
        check_resumable(run)
        check_recipe(run.recipe)
        check_same_data(run.folder, run.recipe)
        check_space()
        enqueue_again(run, self.id)
        self._wake.set()

    def status(self, run_id: str) -> Status:
        return get_run(run_id).status

    def position(self, run_id: str) -> int:
        ahead = [waiting.run.id for waiting in waiting_runs()]
        return ahead.index(run_id) if run_id in ahead else 0

    def events(self, run_id: str) -> Curve:
        return read_curve(get_run(run_id).folder)

    def control(
        self,
        run_id: str,
        *,
        pause: bool | None = None,
        stop: bool | None = None,
        learning_rate: float | None = None,
    ) -> None:
        run = get_run(run_id)
        _check_rate(learning_rate)
        if stop and self._take_out_of_line(run):
            return
        if not (status := run.status).is_active:
            raise RunStateError(
                N_("Only a run that is training can be changed. Run {run} is: {status}."),
                run=run_id,
                status=STATUS_WORDS[status],
            )
        asked: dict[str, Any] = {"pause": pause, "stop": stop, "learning_rate": learning_rate}
        asked = {name: value for name, value in asked.items() if value is not None}
        with queue_lock():  # of two who ask at once, neither loses a wish
            write_wishes(run.folder, replace(read_wishes(run.folder), **asked))
        for working in list(self._working):
            if stop and working.run.id == run_id and working.stop_asked is None:
                working.stop_asked = time.monotonic()

    def prepare(self) -> None:
        """Start the spare worker, if it is wanted and nothing else is going on."""
        with self._guard:
            if self._keep_spare and not self._closed.is_set() and not self._working and not _lives(self._spare):
                self._spare = start_worker("training")

    def wait(self, run_id: str, seconds: float = float("inf")) -> Status:
        """Block until the run needs nothing more from this engine, at most `seconds`; returns its status."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            mine = any(working.run.id == run_id for working in self._working)
            if not mine and (not (status := get_run(run_id).status).is_active or self._closed.is_set()):
                return status
            time.sleep(0.05)
        return get_run(run_id).status

    def close(self) -> None:
        """End all workers: each writes a checkpoint first. Waiting runs stay in the line."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._wake.set()
        self._thread.join(timeout=5)
        with self._guard:
            workers = [working.worker for working in self._working] + ([self._spare] if self._spare else [])
            for worker in workers:
                _dismiss(worker)
            for worker in [*workers, *self._leaving]:
                _end(worker)
            self._leaving.clear()
            for working in self._working:
                working.slot.release()
            self._working.clear()
            self._alive.release()
            engine_lock_path(self.id).unlink(missing_ok=True)

    # -- the dispatcher

    def _dispatch_for_ever(self) -> None:
        while not self._closed.is_set():
            self._wake.wait(HASTE if self._hurried else TICK)
            self._wake.clear()
            if not self._closed.is_set():
                try:
                    self._tick()
                except (OSError, ImgclsError):
                    pass  # a full disk, a folder taken away, a lock that somebody holds: the next tick tries again
                except Exception:  # a fault of ours: without this thread nothing would ever start again
                    self._tell_once(traceback.format_exc())

    def _tell_once(self, trouble: str) -> None:
        if trouble not in self._told:
            self._told.add(trouble)
            print(trouble, file=sys.stderr)

    def _tick(self) -> None:
        with self._guard:
            self._reap()
            self._take_back()
            self._end_deaf_workers()
            while self._start_next():
                pass
            self._hurried = bool(self._working) and len(waiting_runs()) > sum(_not_begun(one) for one in self._working)

    def _reap(self) -> None:
        """Take leave of workers that have ended."""
        for working in [working for working in self._working if not _lives(working.worker)]:
            self._working.remove(working)
            working.slot.release()
            self._runs_of.pop(working.worker.pid, None)
            # another ticket: it did begin, and has been resumed since
            if working.run.status is Status.QUEUED and ticket_of(working.run) == working.ticket:
                # it died before it took the run's lock, and would again
                self._give_up(working)
            if not self._working:
                self.prepare()

    def _take_back(self) -> None:
        """Workers that have ended their run well are free for the next."""
        self._leaving = [worker for worker in self._leaving if _lives(worker)]
        for working in [working for working in self._working if _has_done(working)]:
            self._working.remove(working)
            working.slot.release()
            worker = working.worker
            wanted = self._keep_spare or bool(waiting_runs())
            if wanted and not _lives(self._spare) and self._runs_of[worker.pid] < RUNS_OF_A_WORKER:
                self._spare = worker
            else:
                _dismiss(worker)
                self._leaving.append(worker)
                self._runs_of.pop(worker.pid, None)
                if not self._working:
                    self.prepare()

    def _give_up(self, working: Working) -> None:
        error = WorkerError(
            N_("The training worker ended before it began (exit code {code}). The log is in {path}."),
            code=working.worker.returncode,
            path=str(folder("logs") / "training.log"),
        )
        place = working.run.folder
        try:
            if (place / METRICS).exists():
                write_json(place / PROBLEM, error.to_json())  # it had begun before: it stays resumable
            else:
                write_json(place / RESULT, {"status": "failed", "reason": error.to_json(), "finished": time.time()})
        finally:
            (place / QUEUE).unlink(missing_ok=True)

    def _end_deaf_workers(self) -> None:
        """A worker that was asked to stop and has been silent since, or goes on all the same, is ended."""
        patience = limit("stop_seconds")
        for working in self._working:
            if working.stop_asked is None:
                continue
            since = time.monotonic() - working.stop_asked
            # one that still logs is busy with its last steps, up to a point
            silent = max(min(since, _age(working.run)), since - 2 * patience)
            if silent > patience + INSIST:
                working.worker.kill()
            elif silent > patience:
                working.worker.terminate()

    def _start_next(self) -> bool:
        """Start the first run in the line that is ours to start, if a slot is free."""
        if not waiting_runs():
            return False
        with queue_lock():  # looked at once more: another engine may have taken a run over in between
            chosen = self._choose(waiting_runs())
            if chosen is None or (slot := _free_slot()) is None:
                return False
            if chosen.engine != self.id:
                write_json(chosen.run.folder / QUEUE, {"ticket": chosen.ticket, "engine": self.id})
        self._working.append(Working(chosen.run, chosen.ticket, self._hand_over(chosen.run), slot))
        return True

    def _choose(self, line: list[Waiting]) -> Waiting | None:
        """First come, first served: the head of the line, unless another living engine has it in hand."""
        started = {working.run.id for working in self._working}
        for waiting in line:
            if waiting.run.id in started:
                continue
            if waiting.engine == self.id:
                return waiting
            if is_alive(waiting.engine):
                return None  # its own engine starts it; nobody overtakes
            if self._adopt:
                return waiting
        return None

    def _hand_over(self, run: Run) -> subprocess.Popen[bytes]:
        """Give the run to the spare worker, or to a new one."""
        order = json.dumps({"run": str(run.folder)}).encode() + b"\n"
        if self._spare is not None and _lives(self._spare):
            worker, self._spare = self._spare, None
            with suppress(OSError):
                _tell(worker, order)
                self._runs_of[worker.pid] = self._runs_of.get(worker.pid, 0) + 1
                return worker
        worker = start_worker("training")
        self._runs_of[worker.pid] = 1
        with suppress(OSError):  # it died at once: the next tick sees that
            _tell(worker, order)
        return worker

    def _take_out_of_line(self, run: Run) -> bool:
        """Stop a run that has not begun; False if it has."""
        if run.status is not Status.QUEUED:
            return False
        try:
            # a worker that is about to begin wants the run's lock, too: it then finds that it is not wanted
            with queue_lock(), FileLock(run.folder / LOCK, timeout=0.2):
                if (run.folder / RESULT).exists() or not (run.folder / QUEUE).exists():
                    return False
                if not (run.folder / METRICS).exists():
                    result = {"status": "stopped", "reason": None, "epochs": 0, "finished": time.time()}
                    write_json(run.folder / RESULT, result)
                (run.folder / QUEUE).unlink(missing_ok=True)
                return True
        except Timeout:
            return False


def _check_rate(learning_rate: float | None) -> None:
    """Refuse a learning rate that a recipe could not have."""
    try:
        Optimizer(**({} if learning_rate is None else {"learning_rate": learning_rate}))
    except ValidationError as error:
        raise refusal(error, prefix="training.optimizer") from None


def _free_slot() -> FileLock | None:
    """A slot's lock, held; None if all are taken."""
    for number in range(max(1, int(limit("slots")))):
        slot = FileLock(folder("engines") / f"slot-{number}.lock", timeout=0, thread_local=False)
        with suppress(Timeout):
            slot.acquire()
            return slot
    return None


def _lives(worker: subprocess.Popen[bytes] | None) -> bool:
    return worker is not None and worker.poll() is None


def _has_done(working: Working) -> bool:
    """Whether its worker has said that this run is over, and that it could take another."""
    output = working.worker.stdout
    if output is None:
        return False
    os.set_blocking(output.fileno(), False)
    with suppress(OSError):
        working.said += output.read() or b""
    return json.dumps({"done": working.run.id}).encode() in working.said.splitlines()


def _not_begun(working: Working) -> bool:
    """Whether its run still stands in the line: its worker has not taken it up yet."""
    return working.run.status is Status.QUEUED


def _age(run: Run) -> float:
    """Seconds since the run's log last grew."""
    try:
        return time.time() - (run.folder / METRICS).stat().st_mtime
    except OSError:
        return float("inf")


def _tell(worker: subprocess.Popen[bytes], order: bytes) -> None:
    assert worker.stdin is not None
    worker.stdin.write(order)
    worker.stdin.flush()


def _dismiss(worker: subprocess.Popen[bytes]) -> None:
    with suppress(OSError, ValueError):
        assert worker.stdin is not None
        worker.stdin.close()


def _end(worker: subprocess.Popen[bytes], seconds: float = 10.0) -> None:
    """Wait for a dismissed worker; end it if it does not go."""
    for patience, insist in ((seconds, worker.terminate), (2.0, worker.kill)):
        with suppress(subprocess.TimeoutExpired):
            worker.wait(patience)
            return
        insist()
    worker.wait()
