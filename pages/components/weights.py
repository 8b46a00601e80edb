"""Weights that have to be downloaded before a network can be trained."""

from __future__ import annotations

from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.errors import MissingWeightsError
from pages.components.download import download_notice
from pages.components.words import _


def weights_notice(missing: MissingWeightsError) -> None:
    """What is missing and the click that brings it, or how far that is."""
    weights = DOWNLOADED.get(missing.values["name"])

    def say(done: float, total: float) -> str:
        return _(
            "Downloading the weights of {name}: {done:.1f} of {total:.1f} MB", name=weights.name, done=done, total=total
        )

    download_notice(missing, weights, say, key="weights")
