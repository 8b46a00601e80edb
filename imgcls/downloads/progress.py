"""Downloads under way in this process: one for each thing, whoever asked for it. No Keras."""

from __future__ import annotations

import threading
import traceback
from typing import Protocol

from imgcls.downloads.fetch import Tell
from imgcls.errors import BrokenError, ImgclsError
from imgcls.language import N_


class Downloadable(Protocol):
    """What can be downloaded: the weights of a network, a data set."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def check(self) -> None:
        """Refuse it as long as it is not there."""
        ...

    def download(self, tell: Tell) -> object:
        """Bring it if it is not there; ends early, without an error, when `tell` says so."""
        ...


class Download:
    """One download, in a thread of its own; how far it is can be read from any other.

    Args:
        wanted: what is downloaded.

    Attributes:
        done, total: bytes.
        error: why it ended without a file; None: it did not.
    """

    def __init__(self, wanted: Downloadable) -> None:
        self.done, self.total = 0, wanted.size
        self.error: ImgclsError | None = None
        self._wanted = wanted
        self._leave = threading.Event()
        # a daemon: a server that ends does not wait, and what has come is gone on with
        self._thread = threading.Thread(target=self._run, name=f"imgcls-download {wanted.name}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive() and not self._leave.is_set()

    @property
    def share(self) -> float:
        """How much of it is there, from 0 to 1."""
        return min(1.0, self.done / max(1, self.total))

    def cancel(self) -> None:
        """End it soon, and throw away the part of a file that has come."""
        self._leave.set()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._wanted.download(self._tell)
        except ImgclsError as error:
            self.error = error
        except Exception as error:  # a thread would only print it, and the page would wait for ever
            traceback.print_exc()
            self.error = BrokenError(
                N_("The download of {name} broke ({reason}): try again."), name=self._wanted.name, reason=repr(error)
            )

    def _tell(self, done: int, total: int) -> bool:
        self.done, self.total = done, total
        return not self._leave.is_set()


_downloads: dict[tuple[str, str], Download] = {}
_guard = threading.Lock()


def start_download(wanted: Downloadable) -> Download:
    """Begin to download, unless that is under way already."""
    with _guard:
        known = last_download(wanted)
        if known is None or not known.is_running:
            known = _downloads[_key(wanted)] = Download(wanted)
        return known


def last_download(wanted: Downloadable) -> Download | None:
    """The download under way, or the last one that ended; None: there was none since this process began."""
    return _downloads.get(_key(wanted))


def _key(wanted: Downloadable) -> tuple[str, str]:
    """A data set may be called as a network is."""
    return type(wanted).__name__, wanted.name
