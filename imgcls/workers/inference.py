"""The inference worker: one warm process that answers operations in order until its input ends.

A request is `{"id", "operation", "arguments", "slow"}` with arrays; the answer `{"id", "answer"}` with arrays,
or `{"id", "error"}`. Long work says `{"id", "progress": [done, total]}` now and then. `{"cancel": id}` takes back a
request: one that has not begun never does, one that has ends where it next says how far it is.

Slow requests have a line of their own, so that nobody's quick question waits for another's long one.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from typing import IO, Any

from imgcls.errors import Cancelled, ImgclsError, WorkerError
from imgcls.language import N_
from imgcls.workers.progress import told_to
from imgcls.workers.wire import Message, receive, send


def main() -> int:
    """Answer requests until standard input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between two messages
    if hasattr(os, "nice"):
        os.nice(2)  # people wait for it: before training, after the pages
    desk = _Desk(output)
    threading.Thread(target=_read, args=(sys.stdin.buffer, desk), daemon=True).start()
    from imgcls.workers.operations import OPERATIONS

    slow = threading.Thread(target=_work, args=(desk, desk.slow, OPERATIONS), daemon=True, name="slow")
    slow.start()
    _work(desk, desk.quick, OPERATIONS)
    return 0


#: Seconds between two words about how far long work is.
_EVERY = 0.1


class _Desk:
    """What the threads share: two lines of requests, what was taken back, and the way out."""

    def __init__(self, output: IO[bytes]) -> None:
        self.quick: queue.Queue[Message | None] = queue.Queue()
        self.slow: queue.Queue[Message | None] = queue.Queue()
        self._output, self._writing = output, threading.Lock()
        # not one lock for both: while an answer waits for the server to read it, requests must be taken, or the two
        # processes wait for each other
        self._guard = threading.Lock()
        self._open: set[int] = set()
        self._cancelled: set[int] = set()

    def take(self, message: Message) -> None:
        with self._guard:
            self._open.add(message.header["id"])
        (self.slow if message.header.get("slow") else self.quick).put(message)

    def take_back(self, identifier: int) -> None:
        with self._guard:
            if identifier in self._open:  # of what has been answered nothing is kept
                self._cancelled.add(identifier)

    def is_cancelled(self, identifier: int) -> bool:
        with self._guard:
            return identifier in self._cancelled

    def send(self, message: Message, last: bool = True) -> None:
        """Say something about a request; with `last`, nothing more will be said."""
        if last:
            self.drop(message.header["id"])
        with self._writing:
            send(self._output, message)

    def drop(self, identifier: int) -> None:
        with self._guard:
            self._open.discard(identifier)
            self._cancelled.discard(identifier)


def _work(desk: _Desk, line: queue.Queue[Message | None], operations: dict[str, Any]) -> None:
    """Answer the requests of one line in order, until it ends."""
    while (message := line.get()) is not None:
        identifier = message.header["id"]
        if desk.is_cancelled(identifier):
            desk.drop(identifier)
            continue
        with told_to(_Teller(desk, identifier)):
            answer = _answer(message, operations)
        desk.send(answer)


class _Teller:
    """Passes on how far the work on one request is, not too often, and ends it when it was taken back."""

    def __init__(self, desk: _Desk, identifier: int) -> None:
        self._desk, self._identifier, self._said = desk, identifier, 0.0

    def __call__(self, done: int, total: int) -> None:
        if self._desk.is_cancelled(self._identifier):
            raise Cancelled(N_("It was cancelled."))
        now = time.monotonic()
        if now - self._said >= _EVERY:
            self._said = now
            self._desk.send(Message({"id": self._identifier, "progress": [int(done), int(total)]}), last=False)


def _read(stream: IO[bytes], desk: _Desk) -> None:
    try:
        while (message := receive(stream)) is not None:
            if "cancel" in message.header:
                desk.take_back(message.header["cancel"])
            else:
                desk.take(message)
    finally:
        # also after nonsense: a worker that hears nothing more must not stay
        desk.quick.put(None)
        desk.slow.put(None)


def _answer(message: Message, operations: dict[str, Any]) -> Message:
    identifier = message.header["id"]
    try:
        facts, arrays = operations[message.header["operation"]](message.header["arguments"], message.arrays)
        return Message({"id": identifier, "answer": facts}, arrays)
    except ImgclsError as error:
        return Message({"id": identifier, "error": error.to_json()})
    except Exception as error:
        traceback.print_exc()
        broken = WorkerError(
            N_("The model could not be asked, by a fault of ours ({kind})."), kind=type(error).__name__
        )
        return Message({"id": identifier, "error": broken.to_json()})
