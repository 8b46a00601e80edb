"""The link with which several people, each at a browser of their own, add to one data set."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import streamlit as st

from pages.components.notices import note
from pages.components.words import _

#: Names by which a computer calls itself: to another one they mean that other one.
_ITSELF = ("localhost", "127.0.0.1", "::1")


def link_line(name: str) -> None:
    """The link to the data set, with a button that copies it, and to whom it leads."""
    address = st.context.url or ""
    note(_("Everybody who uses this server sees this data set, and can change it. With this link they add to it:"))
    st.code(link_to(name, address), language=None, wrap_lines=True)
    if urlsplit(address).hostname in _ITSELF:
        note(_("It leads here from this computer alone. README says how a classroom reaches the server."))


def link_to(name: str, address: str) -> str:
    """The link to a data set of one's own.

    Args:
        name: of the data set.
        address: of this page, as the reader's browser has it; empty: unknown.
    """
    return f"{address.partition('?')[0].partition('#')[0] or '/collect'}?dataset={quote(name, safe='')}"
