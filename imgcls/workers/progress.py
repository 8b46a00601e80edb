"""How far long work is: told by who does it, heard by who asked, with a way to end it.

An operation calls `tell`; where it goes is set around it: into the pipe of the inference worker, to the
terminal of the command line, or nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Given (done, total); it raises `Cancelled` when nobody wants the answer any more.
Listener = Callable[[int, int], None]


def _nobody(done: int, total: int) -> None:
    """Where nobody asked how far it is."""


_listener: ContextVar[Listener] = ContextVar("listener", default=_nobody)


def tell(done: int, total: int) -> None:
    """Say that `done` of `total` parts are done.

    Raises:
        Cancelled: nobody wants the answer any more.
    """
    _listener.get()(done, total)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Within the block, in this thread, `tell` speaks to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
