"""Weights that have to be downloaded before a network can be trained, or before it can say what it knows."""

from __future__ import annotations

import streamlit as st

from imgcls.architectures.applications import WITH_HEAD
from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.downloads.progress import last_download, start_download
from imgcls.errors import MissingWeightsError
from pages.components.download import download_notice
from pages.components.notices import note
from pages.components.words import _


def weights_notice(missing: MissingWeightsError, key: str = "weights") -> None:
    """What is missing and the click that brings it, or how far that is; `key` names the buttons.

    A body can be brought with its old head: then it says what it knows, too.
    """
    weights = DOWNLOADED.get(missing.values["name"])
    whole = _with_head(weights)
    if whole is not None and _is_coming(whole):
        _notice(missing, whole, key)
        return
    _notice(missing, weights, key)
    if whole is not None and not _is_coming(weights):
        label = _("Download with its old head ({megabytes:.0f} MB)", megabytes=whole.megabytes)
        if st.button(label, key=f"download {key} whole"):
            start_download(whole)
            st.rerun()
        note(_("With its old head it can also say what it sees in your pictures before it is trained on yours."))
    if not weights.checksum:
        note(
            _("Nobody publishes a checksum of this file: the first that comes is kept, and later ones are held to it.")
        )


def _with_head(weights: DownloadedWeights) -> DownloadedWeights | None:
    name = f"{weights.name}{WITH_HEAD}"
    return DOWNLOADED.get(name) if name in DOWNLOADED else None


def _is_coming(weights: DownloadedWeights) -> bool:
    download = last_download(weights)
    return download is not None and download.is_running


def _notice(missing: MissingWeightsError, weights: DownloadedWeights, key: str) -> None:
    def say(done: float, total: float) -> str:
        return _(
            "Downloading the weights of {name}: {done:.1f} of {total:.1f} MB", name=weights.name, done=done, total=total
        )

    download_notice(missing, weights, say, key=key)
