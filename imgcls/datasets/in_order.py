"""The same work for many things on several cores, a few at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Done = TypeVar("Done")

#: Threads at most. Pillow lets go of Python's lock while it works, but pictures are opened one at a time.
_MOST = 4


def in_order(work: Callable[[Given], Done], things: Iterable[Given]) -> Generator[Done, None, None]:
    """`map(work, things)` on threads: the results in the order of `things`, which are taken one by one.

    Never more than two things a thread are on the way, so that memory does not grow with their number. What `work` or
    `things` raise is raised when its turn comes.
    """
    threads = min(_MOST, os.cpu_count() or 1)
    waiting: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="pictures") as pool:
        try:
            for thing in things:
                waiting.append(pool.submit(work, thing))
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
