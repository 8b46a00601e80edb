"""A table of all runs, to choose some that are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from imgcls.comparison.differences import differences_of, setting_word, spelled_out, value_at
from imgcls.figures.colours import ink, mix
from imgcls.language import translator
from imgcls.recipe import Recipe
from imgcls.runs import STATUS_WORDS, RunSummary, list_runs
from imgcls.trials import FEWEST, MOST
from pages.components.compare_fair import told
from pages.components.notices import empty, literal, note
from pages.components.style import is_dark
from pages.components.trials import look_at_trials
from pages.components.words import _, language, listed

#: Settings that have a column of their own; a table of more cannot be read.
_MOST_SETTINGS = 12
#: Rows whose cells are shaded.
_MOST_SHADED = 2000
#: Settings that are told in a line where all runs have the same.
_TOLD = ("dataset", "architecture", "training.epochs", "training.optimizer.learning_rate", "seed")


def choose_runs(page_key: str) -> None:
    rows = list_runs()
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
    chosen = _table(page_key, shown)
    places = [place for place in chosen if place < len(shown)]
    fits = FEWEST <= len(places) <= MOST
    words = _("Compare {count} runs", count=len(places)) if fits else _("Compare")
    if st.button(words, type="primary", disabled=not fits, key=f"{page_key} go"):
        look_at_trials(page_key, [shown[place].id for place in places])
        st.rerun()


def _filtered(rows: list[RunSummary]) -> list[RunSummary]:
    named, network, data, state = st.columns(4)
    text = named.text_input(_("Name contains"), key="compare name", max_chars=64).casefold()
    kinds = sorted({row.recipe.architecture.name for row in rows})
    networks = network.multiselect(_("Network"), kinds, placeholder=_("all"), key="compare network")
    known = sorted({row.recipe.dataset.name for row in rows})
    sets = data.multiselect(_("Data set"), known, placeholder=_("all"), key="compare data")
    states = {"all": _("all"), "tested": _("tested"), "untested": _("not tested")}
    kept = state.segmented_control(
        _("Runs"), list(states), format_func=states.__getitem__, default="all", required=True, key="compare tested"
    )
    return [
        row
        for row in rows
        if text in row.title.casefold()
        and (not networks or row.recipe.architecture.name in networks)
        and (not sets or row.recipe.dataset.name in sets)
        and (kept in (None, "all") or (_accuracy(row) is not None) == (kept == "tested"))
    ]


def _accuracy(row: RunSummary) -> float | None:
    return row.result.get("test_accuracy")


# -- the table


def _table(page_key: str, shown: list[RunSummary]) -> list[int]:
    """The table of these runs; the places of the rows that are chosen."""
    settings = _settings([row.recipe for row in shown])
    _tell_common([row.recipe for row in shown], settings)
    frame = pd.DataFrame({**_columns(shown), **{path: column.values for path, column in settings.items()}})
    chosen = st.dataframe(
        _highlighted(frame, settings),
        column_config={**_formats(), **{path: column.config() for path, column in settings.items()}},
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"{page_key} table {hash(tuple(row.id for row in shown))}",
        height=min(36 * max(1, len(shown)) + 40, 460),
    )
    if settings:
        note(_("Shaded: what a run has unlike most of those shown. Settings in which all agree have no column."))
    return list(chosen["selection"]["rows"])


def _columns(rows: list[RunSummary]) -> dict[str, Any]:
    percent = [None if (value := _accuracy(row)) is None else round(100 * value, 2) for row in rows]
    return {
        "title": [row.title for row in rows],
        "status": [_(STATUS_WORDS[row.status]) for row in rows],
        "test": pd.array(percent, "Float64"),
        "time": pd.array([row.result.get("train_seconds") for row in rows], "Float64"),
        "parameters": pd.array([row.result.get("parameters") for row in rows], "Int64"),
        "multiply_adds": pd.array([row.result.get("multiply_adds") for row in rows], "Int64"),
        "created": [datetime.fromtimestamp(row.created) for row in rows],
    }


def _formats() -> dict[str, Any]:
    return {
        "title": st.column_config.TextColumn(_("Run"), pinned=True),
        "status": st.column_config.TextColumn(_("Status")),
        "test": st.column_config.NumberColumn(_("Test accuracy"), format="%.1f%%"),
        "time": st.column_config.NumberColumn(_("Trained for (s)"), format="%.1f"),
        "parameters": st.column_config.NumberColumn(_("Parameters"), format="localized"),
        "multiply_adds": st.column_config.NumberColumn(_("Multiply-adds"), format="compact"),
        "created": st.column_config.DatetimeColumn(_("Begun"), format="YYYY-MM-DD HH:mm"),
    }


# -- the settings that differ


@dataclass(frozen=True)
class _Setting:
    """The column of one setting.

    Args:
        title: translated.
        values: of each run; numbers only where all are, so that the column sorts as such, else words.
        usual: as text, the value that most runs have.
    """

    title: str
    values: Sequence[Any]
    usual: str

    @property
    def is_number(self) -> bool:
        return not any(isinstance(one, str) for one in self.values)

    def config(self) -> Any:
        if self.is_number:
            return st.column_config.NumberColumn(self.title, format="%g")
        return st.column_config.TextColumn(self.title)


def _setting(title: str, values: Sequence[Any]) -> _Setting:
    are_numbers = all(one is None or (isinstance(one, int | float) and not isinstance(one, bool)) for one in values)
    column: Sequence[Any] = pd.array(list(values), "Float64") if are_numbers else [told(one) for one in values]
    return _Setting(title, column, Counter(map(str, column)).most_common(1)[0][0])


def _settings(recipes: list[Recipe]) -> dict[str, _Setting]:
    """Columns of the settings in which these recipes differ, by their path."""
    translate, found = translator(language()), {}
    said = [spelled_out(recipe) for recipe in recipes]
    for path in differences_of(said)[:_MOST_SETTINGS]:
        values = [value_at(one, path) for one in said]
        if path in ("architecture", "dataset", "balance", "training.optimizer"):
            values = [value["name"] for value in values]
        owner = next((one for one, value in zip(recipes, values, strict=True) if value is not None), recipes[0])
        found[path] = _setting(setting_word(path, owner, translate), values)
    return found


def _tell_common(recipes: list[Recipe], differing: dict[str, _Setting]) -> None:
    """What all of them have in common, in a line."""
    if len(recipes) < FEWEST:
        return
    said, translate = spelled_out(recipes[0]), translator(language())
    words = []
    for path in _TOLD:
        if path not in differing:
            value = value_at(said, path)
            value = value["name"] if isinstance(value, dict) else value
            words.append(f"{setting_word(path, recipes[0], translate)} {told(value)}")
    if words:
        st.caption(_("The same for all: {settings}.", settings=literal(listed(words))))


def _highlighted(frame: pd.DataFrame, settings: dict[str, _Setting]) -> Any:
    colours = ink(is_dark())
    shade = f"background-color: {mix(colours['accent'], colours['paper'], 0.75)}"

    def shaded(column: pd.Series[Any]) -> list[str]:
        usual = settings[str(column.name)].usual
        return ["" if str(value) == usual else shade for value in column]

    # of thousands every cell would be styled for nobody to see
    return frame.style.apply(shaded, subset=list(settings)) if settings and len(frame) <= _MOST_SHADED else frame
