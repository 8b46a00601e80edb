"""Downloading from a shell: how far it is, and doing again what was refused because something had to be downloaded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.datasets import DATASETS
from imgcls.downloads.fetch import Tell
from imgcls.errors import MissingDataError, MissingWeightsError, PlaceError

Found = TypeVar("Found")
#: Shares of the whole between two lines about how far it is.
_STEP = 0.1


def fetching(ask: Callable[[], Found]) -> Found:
    """What `ask` answers, after the weights and the data set that it misses were downloaded.

    Raises:
        PlaceError: they cannot be downloaded, or are still missed after they were.
        CheckpointError: what came is not what was published.
    """
    had: set[type[Exception]] = set()
    while True:
        try:
            return ask()
        except (MissingWeightsError, MissingDataError) as missing:
            if type(missing) in had:
                raise
            had.add(type(missing))
            try:
                _download(missing)
            except PlaceError:
                if "path" in missing.values:  # of a file that is damaged: it can be mended without a network
                    raise missing from None
                raise


def _download(missing: MissingWeightsError | MissingDataError) -> None:
    name = missing.values["name"]
    if isinstance(missing, MissingWeightsError):
        DOWNLOADED.get(name).download(teller(f"weights of {name}"))
    elif (wanted := DATASETS.get(name).download) is not None:
        wanted.download(teller(f"data set {name}"))


def teller(what: str) -> Tell:
    """Says on standard error how far a download is, every tenth.

    Args:
        what: is downloaded; every line begins with it.
    """
    told = -_STEP

    def tell(done: int, total: int) -> bool:
        nonlocal told
        share = done / max(1, total)
        if share >= told + _STEP or (share >= 1 > told):
            told = share
            print(f"{what}: {done / 1e6:.1f} of {total / 1e6:.1f} MB", file=sys.stderr, flush=True)
        return True

    return tell
