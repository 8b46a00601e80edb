"""Weights that have to be downloaded before a network can be trained: asked for, watched, cancelled."""

from __future__ import annotations

import streamlit as st

from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.architectures.weights.downloads import last_download, start_download
from imgcls.errors import InputError, MissingWeightsError
from imgcls.language import translator
from imgcls.recipe import Recipe
from imgcls.training.check import check_recipe
from pages.components.notices import literal, show_error
from pages.components.words import _, language

#: Seconds between two looks at a download.
_TICK = 0.5


def missing_weights(recipe: Recipe) -> MissingWeightsError | None:
    """What has to be downloaded before this can be trained; None: nothing."""
    try:
        check_recipe(recipe)
    except MissingWeightsError as error:
        return error
    except InputError:  # the form says it
        return None
    return None


def weights_notice(missing: MissingWeightsError) -> None:
    """What is missing and the click that brings it; how far it is, if anybody in this server has asked for it."""
    weights = DOWNLOADED.get(missing.values["name"])
    download = last_download(weights)
    if download is not None and download.is_running:
        _progress(weights.name)
        return
    st.info(literal(missing.say(translator(language()))))
    if download is not None and download.error is not None:
        show_error(download.error)
    label = _("Download ({megabytes:.0f} MB)", megabytes=weights.megabytes)
    if st.button(label, type="primary", key="download weights"):
        start_download(weights)
        st.rerun()


@st.fragment(run_every=_TICK)
def _progress(name: str) -> None:
    download = last_download(DOWNLOADED.get(name))
    if download is None or not download.is_running:
        st.rerun()
    st.progress(
        download.share,
        text=_(
            "Downloading the weights of {name}: {done:.1f} of {total:.1f} MB",
            name=name,
            done=download.done / 1e6,
            total=download.total / 1e6,
        ),
    )
    if st.button(_("Cancel"), key="cancel download"):
        download.cancel()
        st.rerun()
