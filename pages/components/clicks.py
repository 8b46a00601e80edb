"""What has been clicked in a component of ours: known before the page is drawn, and counted once."""

from __future__ import annotations

from typing import Any

import streamlit as st


def clicked(key: str, count: int) -> int | None:
    """The place that the browser sent last as `chosen`, of so many; None: it sent none since this was asked last.

    What is chosen lives in the page, which may change it in other ways as well. Asked before the component is drawn,
    so that one run of the page shows what was clicked.
    """
    sent: Any = st.session_state.get(key, {}).get("chosen")
    turn = sent.get("turn") if isinstance(sent, dict) else None
    if turn is None or turn == st.session_state.get(f"{key}: turn"):
        return None
    st.session_state[f"{key}: turn"] = turn
    place = sent.get("place")
    return place if type(place) is int and 0 <= place < count else None
