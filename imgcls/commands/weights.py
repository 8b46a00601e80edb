"""weights: what can be downloaded, and downloading it."""

from __future__ import annotations

import argparse
from typing import Any

from imgcls.architectures import ARCHITECTURES
from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.commands.answer import Answer, table
from imgcls.commands.fetching import teller
from imgcls.errors import MissingWeightsError


def weights(asked: argparse.Namespace) -> Answer:
    chosen = list(DOWNLOADED)
    if asked.name is not None:
        chosen = [_called(asked.name)]
        chosen[0].download(teller(f"weights of {chosen[0].name}"))
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
