"""Imports and checks of data sets of one's own, in threads of this process: watched and cancelled from anywhere."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from imgcls.datasets import shelf
from imgcls.datasets.checking import Report
from imgcls.datasets.own import Tell
from imgcls.errors import BrokenError, ImgclsError, InputError
from imgcls.home import home
from imgcls.language import N_

Kind = Literal["import", "check"]

BROKE = N_("The work on the data set “{name}” broke ({reason}): try again.")


class Work:
    """One import or check, in a thread of its own; how far it is can be read from any other.

    Args:
        kind: what is done.
        name: of the data set.
        job: does it; told how far it is, it is asked to stop by False.
        after: called when it has ended, however it ended.

    Attributes:
        done, total: steps; 0 of 0 as long as nobody has counted them.
        report: what came of it; None: it is not over, or was cancelled, or failed.
        error: why it failed; None: it did not.
    """

    def __init__(self, kind: Kind, name: str, job: Callable[[Tell], Report | None], after: Callable[[], None]) -> None:
        self.kind, self.name = kind, name
        self.done, self.total = 0, 0
        self.report: Report | None = None
        self.error: ImgclsError | None = None
        self._job, self._after = job, after
        self._leave = threading.Event()
        # a daemon: a server that ends does not wait, and what was half done is tidied up by whoever comes next
        self._thread = threading.Thread(target=self._run, name=f"imgcls-{kind} {name}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def is_cancelled(self) -> bool:
        return self._leave.is_set()

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.done / max(1, self.total))

    def cancel(self) -> None:
        """End it soon; the data set stays what it was."""
        self._leave.set()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.report = self._job(self._tell)
            if self.report is not None:
                self.done = self.total  # pictures that are known from before are not told of
        except ImgclsError as error:
            self.error = error
        except Exception as error:  # a thread would only print it, and the page would wait for ever
            traceback.print_exc()
            self.error = BrokenError(BROKE, name=self.name, reason=repr(error))
        finally:
            self._after()

    def _tell(self, done: int, total: int) -> bool:
        self.done, self.total = done, total
        return not self._leave.is_set()


_works: dict[tuple[Path, str], Work] = {}
_guard = threading.Lock()


def start_work(
    kind: Kind, name: str, job: Callable[[Tell], Report | None], after: Callable[[], None] = lambda: None
) -> Work:
    """Begin to import or check a data set. One at a time is worked on under one name.

    Raises:
        InputError: something is done to it already; `after` is not called.
    """
    key = home(), name.casefold()
    with _guard:
        known = _works.get(key)
        if known is not None and known.is_running:
            raise InputError(shelf.BUSY, name=name)
        _works[key] = work = Work(kind, name, job, after)
        return work


def works_under_way() -> list[Work]:
    """What is being done in this process, whoever asked for it; the oldest first."""
    with _guard:
        return [work for (place, _), work in _works.items() if place == home() and work.is_running]
