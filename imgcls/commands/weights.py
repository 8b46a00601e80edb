"""weights: what can be downloaded, and downloading it; train and resume download what is missing, too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from imgcls.architectures import ARCHITECTURES
from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.commands.answer import Answer, table
from imgcls.errors import MissingWeightsError

Found = TypeVar("Found")
#: Shares of a file between two lines about how far it is.
_STEP = 0.1


def weights(asked: argparse.Namespace) -> Answer:
    chosen = list(DOWNLOADED)
    if asked.name is not None:
        chosen = [_called(asked.name)]
        chosen[0].download(_teller(chosen[0]))
    data = [_row(one) for one in chosen]
    rows = [(row["name"], f"{row['bytes'] / 1e6:.0f} MB", row["path"] or "not here yet") for row in data]
    return Answer({"weights": data}, table(rows))


def _called(name: str) -> DownloadedWeights:
    """The weights of a network, called as the network is or by its last part: `mobilenet-v2`."""
    for called in (f"applications/{name}", name):
        if called in ARCHITECTURES and (known := ARCHITECTURES.get(called).name.rpartition("/")[2]) in DOWNLOADED:
            return DOWNLOADED.get(known)
    return DOWNLOADED.get(name)


def _row(one: DownloadedWeights) -> dict[str, Any]:
    try:
        path = str(one.path())
    except MissingWeightsError:
        path = None
    return {"name": one.name, "bytes": one.size, "here": path is not None, "path": path, "url": one.url}


def fetching(ask: Callable[[], Found]) -> Found:
    """What `ask` answers, after the weights that it misses were downloaded.

    Raises:
        PlaceError: they cannot be downloaded.
        CheckpointError: what came is not what was published.
    """
    try:
        return ask()
    except MissingWeightsError as missing:
        wanted = DOWNLOADED.get(missing.values["name"])
    wanted.download(_teller(wanted))
    return ask()


def _teller(wanted: DownloadedWeights) -> Callable[[int, int], bool]:
    """Says on standard error how far a download is, every tenth."""
    told = -_STEP

    def tell(done: int, total: int) -> bool:
        nonlocal told
        share = done / max(1, total)
        if share >= told + _STEP or (share >= 1 > told):
            told = share
            print(f"weights of {wanted.name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB", file=sys.stderr, flush=True)
        return True

    return tell
