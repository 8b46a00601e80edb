"""The one engine and the one inference client of the server, shared by all its sessions."""

from __future__ import annotations

import gc
import threading

import streamlit as st

from imgcls.engines import LocalEngine
from imgcls.engines.inference import InferenceClient
from imgcls.limits import limit

#: Seconds after the first page is asked for until workers warm up: long enough for it to be painted.
_WARM_UP_AFTER = 1.5


@st.cache_resource(show_spinner=False)
def engine() -> LocalEngine:
    """The engine of this server.

    Raises:
        PlaceError: the home folder cannot be written to.
    """
    return LocalEngine(spare=limit("spare_workers") > 0)


@st.cache_resource(show_spinner=False)
def inference() -> InferenceClient:
    """The client of this server's inference worker."""
    return InferenceClient()


@st.cache_resource(show_spinner=False)
def start_up() -> None:
    """Once a server, when the first page is painted: warm up a training worker, and spare the collector work."""
    threading.Timer(_WARM_UP_AFTER, _settle, (engine(),)).start()


def _settle(engine: LocalEngine) -> None:
    engine.prepare()
    # Streamlit collects all garbage after every run of every page; what has been imported by now never is any
    gc.collect()
    gc.freeze()
