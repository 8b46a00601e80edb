"""The server's side of the inference worker: ask, get a future, never wait on a page."""

from __future__ import annotations

import atexit
import itertools
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.engines.process import start_worker
from imgcls.errors import WorkerError, error_from_json
from imgcls.language import N_
from imgcls.workers.wire import Message, receive, send

#: Seconds without a look after which a question goes, once its asker is gone: a connection may break for a moment.
GONE_AFTER = 10.0

DIED = N_("The process that asks the model has ended. It is started again: try once more.")


@dataclass(frozen=True)
class Answer:
    """What an operation answered."""

    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


class Question(Future[Answer]):
    """What was asked: a future of its answer that also knows how far the work is.

    `cancel()` tells the worker as well, which then stops at the next chance.
    """

    def __init__(
        self,
        tell_worker: Callable[[], None],
        forget_after: float | None = None,
        is_there: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self._tell_worker = tell_worker
        self._forget_after, self._is_there = forget_after, is_there
        self._looked = time.monotonic()
        #: (done, total) of long work; None before the first word.
        self.progress: tuple[int, int] | None = None

    def look(self) -> None:
        """Say that somebody still waits for the answer."""
        self._looked = time.monotonic()

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody has looked for so long that nobody will; always False where the asker waits by itself."""
        if self._forget_after is None:
            return False
        unwatched = time.monotonic() - self._looked
        return unwatched > self._forget_after or (unwatched > GONE_AFTER and not self._is_there())

    def cancel(self) -> bool:
        if not (was_open := super().cancel()):
            return False
        self._tell_worker()
        return was_open


class InferenceClient:
    """Asks one warm worker, and starts it when it is first needed or has died. For many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._pending: dict[int, tuple[subprocess.Popen[bytes], Question]] = {}
        self._numbers = itertools.count()
        atexit.register(self.close)

    def ask(
        self,
        operation: str,
        arrays: dict[str, np.ndarray] | None = None,
        slow: bool = False,
        forget_after: float | None = None,
        is_there: Callable[[], bool] = lambda: True,
        **arguments: Any,
    ) -> Question:
        """Start an operation; the question's result is its `Answer`, or raises its `ImgclsError`.

        Args:
            slow: it may take seconds: it waits in another line than quick questions.
            forget_after: seconds without a `look()` at the question after which it is taken back, so that work that
                nobody waits for any more does not hold up the line; None for an asker that waits by itself.
            is_there: whether the asker still is; one that is gone is given up sooner.
        """
        self._take_back_forgotten()
        number = next(self._numbers)
        future = Question(lambda: self._take_back(number), forget_after, is_there)
        header = {"operation": operation, "arguments": arguments, "slow": slow}
        with self._guard:
            worker = self._living()
            self._pending[number] = (worker, future)
            try:
                assert worker.stdin is not None
                send(worker.stdin, Message({"id": number, **header}, arrays or {}))
            except OSError:
                self._pending.pop(number, None)
                _fail(future)
            except BaseException:  # what cannot be sent is the caller's fault: no answer will ever come
                self._pending.pop(number, None)
                raise
        return future

    def warm_up(self) -> None:
        """Start the worker if it does not run yet."""
        with self._guard:
            self._living()

    def close(self) -> None:
        """End the worker; what it had not answered fails."""
        with self._guard:
            worker, self._worker = self._worker, None
        if worker is not None:
            _end(worker)

    def _take_back(self, number: int) -> None:
        """Tell the worker that nobody waits for this answer any more."""
        with self._guard:
            worker, _ = self._pending.pop(number, (None, None))
            if worker is None or worker.stdin is None:
                return
            with suppress(OSError, ValueError):  # a worker that has ended does nothing for nobody
                send(worker.stdin, Message({"cancel": number}))

    def _take_back_forgotten(self) -> None:
        with self._guard:
            open_questions = [future for _, future in self._pending.values()]
        for future in open_questions:
            if future.is_forgotten:
                future.cancel()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._worker = start_worker("inference")
            threading.Thread(target=self._listen, args=(self._worker,), daemon=True, name="imgcls-inference").start()
        return self._worker

    def _listen(self, worker: subprocess.Popen[bytes]) -> None:
        with suppress(OSError, ValueError):
            assert worker.stdout is not None
            while (message := receive(worker.stdout)) is not None:
                self._settle(worker, message)
        with self._guard:
            if self._worker is worker:
                self._worker = None  # before its askers hear of it: who asks again at once gets a new one
            lost = [number for number, (asked, _) in self._pending.items() if asked is worker]
            futures = [self._pending.pop(number)[1] for number in lost]
        for future in futures:
            _fail(future)
        _end(worker)

    def _note_progress(self, worker: subprocess.Popen[bytes], message: Message) -> None:
        with self._guard:
            _, future = self._pending.get(message.header["id"], (worker, None))
        if future is not None:
            done, total = message.header["progress"]
            future.progress = int(done), int(total)

    def _settle(self, worker: subprocess.Popen[bytes], message: Message) -> None:
        if "progress" in message.header:
            self._note_progress(worker, message)
            self._take_back_forgotten()  # as long as a line is held up, somebody's work says how far it is
            return
        with self._guard:
            _, future = self._pending.pop(message.header["id"], (worker, None))
        if future is None or not future.set_running_or_notify_cancel():
            return
        if "error" in message.header:
            future.set_exception(error_from_json(message.header["error"]))
        else:
            future.set_result(Answer(message.header["answer"], message.arrays))


def _fail(future: Question) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(WorkerError(DIED))


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Take leave of a worker that answers no more, whatever it does; it must not stay behind."""
    with suppress(OSError):
        assert worker.stdin is not None
        worker.stdin.close()
    try:
        worker.wait(2)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
