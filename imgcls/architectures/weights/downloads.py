"""Downloads of weights under way in this process: one a network, whoever asked for it. No Keras."""

from __future__ import annotations

import threading
import traceback

from imgcls.architectures.weights.downloaded import DownloadedWeights
from imgcls.errors import BrokenError, ImgclsError
from imgcls.language import N_


class Download:
    """One download, in a thread of its own; how far it is can be read from any other.

    Args:
        weights: what is downloaded.

    Attributes:
        done, total: bytes.
        error: why it ended without a file; None: it did not.
    """

    def __init__(self, weights: DownloadedWeights) -> None:
        self.done, self.total = 0, weights.size
        self.error: ImgclsError | None = None
        self._weights = weights
        self._leave = threading.Event()
        # a daemon: a server that ends does not wait, and what has come is gone on with
        self._thread = threading.Thread(target=self._run, name=f"imgcls-weights {weights.name}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive() and not self._leave.is_set()

    @property
    def share(self) -> float:
        """How much of it is there, from 0 to 1."""
        return min(1.0, self.done / max(1, self.total))

    def cancel(self) -> None:
        """End it soon, and throw away what has come."""
        self._leave.set()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._weights.download(self._tell)
        except ImgclsError as error:
            self.error = error
        except Exception as error:  # a thread would only print it, and the page would wait for ever
            traceback.print_exc()
            self.error = BrokenError(
                N_("The download of {name} broke ({reason}): try again."), name=self._weights.name, reason=repr(error)
            )

    def _tell(self, done: int, total: int) -> bool:
        self.done, self.total = done, total
        return not self._leave.is_set()


_downloads: dict[str, Download] = {}
_guard = threading.Lock()


def start_download(weights: DownloadedWeights) -> Download:
    """Begin to download, unless that is under way already."""
    with _guard:
        known = _downloads.get(weights.name)
        if known is None or not known.is_running:
            known = _downloads[weights.name] = Download(weights)
        return known


def last_download(weights: DownloadedWeights) -> Download | None:
    """The download under way, or the last one that ended; None: there was none since this process began."""
    return _downloads.get(weights.name)
