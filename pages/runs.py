"""Runs: what has been trained here."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.runs import STATUS_WORDS, RunSummary, Status, delete_run, get_run, list_runs, rename_run
from pages.components.current import look_at
from pages.components.durations import duration, moment
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.notices import empty, literal, show_error
from pages.components.resuming import in_the_way
from pages.components.services import engine
from pages.components.words import _, epochs_words


def page() -> None:
    need_frame()
    st.title(_("What has been trained here"))
    rows = list_runs()
    if not rows:
        empty(
            _("No runs yet"),
            _("Every training becomes a row here, with its settings, its accuracy and its time."),
            _("Train a network"),
            "pages/train.py",
        )
        return
    _table(rows)
    terms("test accuracy", "validation", "epoch", "batch", "learning rate", "seed")


@st.fragment(run_every=None)
def _table(rows: list[RunSummary]) -> None:
    by_id = {row.id: row for row in rows}
    st.caption(_("Choose a row to open, resume, rename or delete it."))
    chosen = st.dataframe(
        _columns(rows),
        column_config=_formats(),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="runs table",
        height=min(36 * len(rows) + 40, 420),
    )
    places = chosen["selection"]["rows"]
    known = st.session_state.get("run")
    if places and places[0] >= len(rows):  # the chosen row has been deleted; its place is still chosen
        places = []
    run_id = rows[places[0]].id if places else known if known in by_id else rows[0].id
    _actions(by_id[run_id])


def _columns(rows: list[RunSummary]) -> dict[str, list[Any]]:
    best = [row.result.get("validation_accuracy") for row in rows]
    return {
        "title": [row.title for row in rows],
        "status": [_(STATUS_WORDS[row.status]) for row in rows],
        "test": [_percent(row.result.get("test_accuracy")) for row in rows],
        "validation": [_percent(value) for value in best],
        "time": [_time(row.result.get("train_seconds")) for row in rows],
        "network": [row.recipe.architecture.name for row in rows],
        "data": [row.recipe.dataset.name for row in rows],
        "settings": [_settings(row) for row in rows],
        "created": [moment(row.created) for row in rows],
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def _settings(row: RunSummary) -> str:
    training = row.recipe.training
    return _(
        "{epochs}, batch {batch}, {optimizer} {rate:g}, seed {seed}",
        epochs=epochs_words(training.epochs),
        batch=training.batch_size,
        optimizer=training.optimizer.name,
        rate=training.optimizer.learning_rate,
        seed=row.recipe.seed,
    )


def _formats() -> dict[str, Any]:
    return {
        "title": st.column_config.TextColumn(_("Run")),
        "status": st.column_config.TextColumn(_("Status")),
        "test": st.column_config.NumberColumn(_("Test accuracy"), format="%.1f%%"),
        "validation": st.column_config.NumberColumn(_("Validation accuracy"), format="%.1f%%"),
        "time": st.column_config.TextColumn(_("Trained for")),
        "network": st.column_config.TextColumn(_("Network")),
        "data": st.column_config.TextColumn(_("Data set")),
        "settings": st.column_config.TextColumn(_("Settings")),
        "created": st.column_config.TextColumn(_("Begun")),
    }


def _actions(row: RunSummary) -> None:
    with st.container(border=True):
        st.markdown(f"**{literal(row.title)}** · {_(STATUS_WORDS[row.status])}")
        opened, evaluated, resumed, named, deleted = st.columns(5)
        with opened:
            if st.button(_("Open"), type="primary", width="stretch", key="open"):
                look_at(row.id)
                st.switch_page("pages/train.py")
        with evaluated:
            tested = row.result.get("test_accuracy") is not None
            if st.button(_("Evaluate"), disabled=not tested, width="stretch", key="evaluate"):
                look_at(row.id)
                st.switch_page("pages/evaluate.py")
        with resumed:
            can = row.status in (Status.INTERRUPTED, Status.STOPPED)
            changed = in_the_way(get_run(row.id)) if can else None
            if st.button(_("Resume"), disabled=not can or changed is not None, width="stretch", key="resume"):
                _resume(row.id)
        with named, st.popover(_("Rename"), width="stretch"):
            _rename(row)
        with deleted, st.popover(_("Delete"), width="stretch", disabled=row.status.is_active):
            st.markdown(_("This deletes the run, its curve and its model for good."))
            if st.button(_("Delete for good"), key="delete"):
                _delete(row.id)
        if changed is not None:
            show_error(changed)


def _resume(run_id: str) -> None:
    try:
        engine().resume(run_id)
    except ImgclsError as error:
        show_error(error)
        return
    look_at(run_id)
    st.switch_page("pages/train.py")


def _rename(row: RunSummary) -> None:
    title = st.text_input(_("Name"), row.title, max_chars=64, key=f"name {row.id}")
    if st.button(_("Keep this name"), key="rename"):
        try:
            rename_run(get_run(row.id), title)
        except ImgclsError as error:
            show_error(error)
            return
        st.rerun()


def _delete(run_id: str) -> None:
    try:
        delete_run(get_run(run_id))
    except ImgclsError as error:
        show_error(error)
        return
    if st.session_state.get("run") == run_id:
        look_at(None)
    st.rerun()


page()
