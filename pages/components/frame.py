"""What stands around every page: navigation, style, language, and a sentence for what goes wrong. `app.py` draws it."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def need_frame() -> None:
    """First in every page: a page that Streamlit runs on its own is run again through `app.py`.

    Streamlit runs the files of a folder called `pages` by itself until `app.py` has called `st.navigation` for the
    first time in the life of the server. A link to a page, opened before anybody has seen the start page, would show
    that page bare.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
