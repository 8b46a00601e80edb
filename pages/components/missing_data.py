"""A data set that has to be downloaded before it can be looked at or trained on."""

from __future__ import annotations

from imgcls.datasets import DATASETS
from imgcls.errors import MissingDataError
from pages.components.download import download_notice
from pages.components.notices import show_error
from pages.components.words import _


def data_notice(missing: MissingDataError) -> None:
    """What is missing and the click that brings it, or how far that is."""
    name = missing.values["name"]
    wanted = DATASETS.get(name).download
    if wanted is None:
        show_error(missing)
        return

    def say(done: float, total: float) -> str:
        return _("Downloading the data set {name}: {done:.1f} of {total:.1f} MB", name=name, done=done, total=total)

    download_notice(missing, wanted, say, key="data")
