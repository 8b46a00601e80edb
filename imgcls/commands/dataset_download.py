"""dataset download: a data set that others published is brought to this machine, unless it is there."""

from __future__ import annotations

import argparse

from imgcls.commands.answer import Answer
from imgcls.commands.fetching import teller
from imgcls.datasets import DATASETS
from imgcls.errors import UnknownNameError
from imgcls.language import N_

NOTHING_TO_DOWNLOAD = N_("There is no data set “{name}” to download. Expected one of: {known}.")


def download(asked: argparse.Namespace) -> Answer:
    """Download `asked.name`.

    Raises:
        UnknownNameError: there is nothing of this name to download.
        PlaceError: the network, the server or the disk does not allow it.
        CheckpointError: what came is not what was published.
    """
    known = [entry.name for entry in DATASETS if entry.download is not None]
    wanted = DATASETS.get(asked.name).download if asked.name in known else None
    if wanted is None:
        raise UnknownNameError(NOTHING_TO_DOWNLOAD, name=asked.name, known=", ".join(known))
    wanted.download(teller(f"data set {asked.name}"))
    return Answer({"dataset": asked.name, "bytes": wanted.size, "here": True}, [f"{asked.name} is here"])
