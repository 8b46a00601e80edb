"""The inference worker: one warm process that answers operations in order until its input ends.

A request is `{"id", "operation", "arguments"}` with arrays; the answer `{"id", "answer"}` with arrays,
or `{"id", "error"}`. `{"cancel": id}` takes back a request that has not begun.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from typing import IO, Any

from imgcls.errors import ImgclsError, WorkerError
from imgcls.language import N_
from imgcls.workers.wire import Message, receive, send


def main() -> int:
    """Answer requests until standard input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between two messages
    if hasattr(os, "nice"):
        os.nice(2)  # people wait for it: before training, after the pages
    line: queue.Queue[Message | None] = queue.Queue()
    cancelled: set[int] = set()
    threading.Thread(target=_read, args=(sys.stdin.buffer, line, cancelled), daemon=True).start()
    from imgcls.workers.operations import OPERATIONS

    while (message := line.get()) is not None:
        identifier = message.header["id"]
        if identifier in cancelled:
            cancelled.discard(identifier)
            continue
        send(output, _answer(message, OPERATIONS))
    return 0


def _read(stream: IO[bytes], line: queue.Queue[Message | None], cancelled: set[int]) -> None:
    try:
        while (message := receive(stream)) is not None:
            if "cancel" in message.header:
                cancelled.add(message.header["cancel"])
            else:
                line.put(message)
    finally:
        line.put(None)  # also after nonsense: a worker that hears nothing more must not stay


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
