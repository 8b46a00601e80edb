"""What has to be downloaded before it can be used: asked for, watched, cancelled."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from imgcls.downloads.progress import Downloadable, last_download, start_download
from imgcls.errors import ImgclsError
from imgcls.language import translator
from pages.components.notices import literal, show_error
from pages.components.words import _, language

#: Seconds between two looks at a download.
_TICK = 0.5


def download_notice(missing: ImgclsError, wanted: Downloadable, say: Callable[[float, float], str], key: str) -> None:
    """What is missing and the click that brings it; how far it is, if anybody in this server has asked for it.

    Args:
        missing: says what is not here.
        wanted: what brings it.
        say: megabytes there and in all → how far it is, translated.
        key: names the buttons: `download …` and `cancel …`.
    """
    download = last_download(wanted)
    if download is not None and download.is_running:
        _progress(wanted, say, key)
        return
    st.info(literal(missing.say(translator(language()))))
    if download is not None and download.error is not None:
        show_error(download.error)
    label = _("Download ({megabytes:.0f} MB)", megabytes=wanted.size / 1e6)
    if st.button(label, type="primary", key=f"download {key}"):
        start_download(wanted)
        st.rerun()


@st.fragment(run_every=_TICK)
def _progress(wanted: Downloadable, say: Callable[[float, float], str], key: str) -> None:
    download = last_download(wanted)
    if download is None or not download.is_running:
        st.rerun()
    st.progress(download.share, text=say(download.done / 1e6, download.total / 1e6))
    if st.button(_("Cancel"), key=f"cancel {key}"):
        download.cancel()
        st.rerun()
