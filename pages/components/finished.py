"""A choice among the runs that have ended with a model."""

from __future__ import annotations

import streamlit as st

from imgcls.runs import RunSummary, list_runs
from pages.components.current import current_run
from pages.components.words import _


def finished_run(label: str, text: str | None, start: str, key: str) -> str:
    """The identifier of the chosen run; "" if there is none yet."""
    runs = {run.id: run for run in list_runs() if run.result.get("test_accuracy") is not None}
    if not runs:
        st.info(_("No run has ended yet: train one first, then come back to build on it."))
        return start
    names = list(runs) if start in runs or not start else [start, *runs]
    place = names.index(start) if start in names else 0
    return str(st.selectbox(label, names, place, lambda one: _named(runs.get(one), one), help=text, key=key))


def tested_run() -> str | None:
    """A choice among the runs that have been tested; None if there is none. It begins with the one last looked at."""
    runs = {run.id: run for run in list_runs() if run.result.get("test_accuracy") is not None}
    if not runs:
        return None
    wanted = current_run()
    known = wanted if wanted in runs else next(iter(runs))
    names = list(runs)
    return str(
        st.selectbox(
            _("Tested run"), names, names.index(known), lambda one: _named(runs[one], one), key=f"tested {known}"
        )
    )


def _named(run: RunSummary | None, identifier: str) -> str:
    return identifier if run is None else f"{run.title} · {run.result['test_accuracy']:.1%}"
