"""A table of all runs, to choose some that are compared."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imgcls.runs import RunSummary, list_runs
from imgcls.trials import FEWEST, MOST
from pages.components.durations import duration, moment
from pages.components.notices import empty, note
from pages.components.trials import look_at_trials
from pages.components.words import _


def choose_runs(page_key: str) -> None:
    rows = [row for row in list_runs() if row.result.get("test_accuracy") is not None]
    if len(rows) < FEWEST:
        empty(
            _("Not enough to compare"),
            _("Train two networks or more, or start a race: it trains several of them one after another."),
            _("Train a network"),
            "pages/train.py",
        )
        return
    shown = _filtered(rows)
    note(_("Choose {fewest} to {most} rows; a click on a heading sorts.", fewest=FEWEST, most=MOST))
    chosen = st.dataframe(
        _columns(shown),
        column_config=_formats(),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"{page_key} table {hash(tuple(row.id for row in shown))}",
        height=min(36 * max(1, len(shown)) + 40, 460),
    )
    places = [place for place in chosen["selection"]["rows"] if place < len(shown)]
    fits = FEWEST <= len(places) <= MOST
    words = _("Compare {count} runs", count=len(places)) if fits else _("Compare")
    if st.button(words, type="primary", disabled=not fits, key=f"{page_key} go"):
        look_at_trials(page_key, [shown[place].id for place in places])
        st.rerun()


def _filtered(rows: list[RunSummary]) -> list[RunSummary]:
    named, network, data = st.columns(3)
    text = named.text_input(_("Name contains"), key="compare name", max_chars=64).casefold()
    kinds = sorted({row.recipe.architecture.name for row in rows})
    networks = network.multiselect(_("Network"), kinds, placeholder=_("all"), key="compare network")
    known = sorted({row.recipe.dataset.name for row in rows})
    sets = data.multiselect(_("Data set"), known, placeholder=_("all"), key="compare data")
    return [
        row
        for row in rows
        if text in row.title.casefold()
        and (not networks or row.recipe.architecture.name in networks)
        and (not sets or row.recipe.dataset.name in sets)
    ]


def _columns(rows: list[RunSummary]) -> dict[str, list[Any]]:
    return {
        "title": [row.title for row in rows],
        "test": [round(100 * row.result["test_accuracy"], 2) for row in rows],
        "time": [duration(row.result.get("train_seconds") or 0.0) for row in rows],
        "parameters": [row.result.get("parameters") for row in rows],
        "multiply_adds": [row.result.get("multiply_adds") for row in rows],
        "network": [row.recipe.architecture.name for row in rows],
        "data": [row.recipe.dataset.name for row in rows],
        "epochs": [row.recipe.training.epochs for row in rows],
        "batch": [row.recipe.training.batch_size for row in rows],
        "rate": [row.recipe.training.optimizer.learning_rate for row in rows],
        "seed": [row.recipe.seed for row in rows],
        "created": [moment(row.created) for row in rows],
    }


def _formats() -> dict[str, Any]:
    return {
        "title": st.column_config.TextColumn(_("Run")),
        "test": st.column_config.NumberColumn(_("Test accuracy"), format="%.1f%%"),
        "time": st.column_config.TextColumn(_("Trained for")),
        "parameters": st.column_config.NumberColumn(_("Parameters"), format="localized"),
        "multiply_adds": st.column_config.NumberColumn(_("Multiply-adds"), format="compact"),
        "network": st.column_config.TextColumn(_("Network")),
        "data": st.column_config.TextColumn(_("Data set")),
        "epochs": st.column_config.NumberColumn(_("Epochs")),
        "batch": st.column_config.NumberColumn(_("Batch size")),
        "rate": st.column_config.NumberColumn(_("Learning rate"), format="%g"),
        "seed": st.column_config.NumberColumn(_("Seed")),
        "created": st.column_config.TextColumn(_("Begun")),
    }
