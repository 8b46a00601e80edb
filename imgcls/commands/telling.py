"""What long work costs and how far it is, said on standard error while a command runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from imgcls.workers.progress import told_to

#: Seconds between two lines.
_EVERY = 1.0


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Within the block, long work says how far it is: a line a second, none for what is done before."""
    with told_to(_Teller(what)):
        yield


class _Teller:
    def __init__(self, what: str) -> None:
        self._what, self._began = what, time.monotonic()
        self._said = self._began

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said < _EVERY or not total:
            return
        self._said, share = now, done / total
        left = f", about {(now - self._began) * (1 - share) / share:.0f} s to go" if share > 0.02 else ""
        say(f"{self._what} {share:.0%}{left}")


def say(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)
