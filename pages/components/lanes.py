"""Lanes: runs that belong together, one below the other. What each is called, how it stands, what is asked of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import streamlit as st

from imgcls.errors import ImgclsError, error_from_json
from imgcls.language import N_, translator
from imgcls.recipe import Recipe
from imgcls.runs import STATUS_WORDS, CurveReader, Run, Status, delete_run, get_run, rename_run
from imgcls.trials import K, Standing, has_diverged, seconds_left
from pages.components.durations import duration
from pages.components.monitor import progress_words, share_done
from pages.components.notices import literal, show_error
from pages.components.picture import show_drawing
from pages.components.resuming import in_the_way
from pages.components.services import engine
from pages.components.words import _, language

#: Seconds between two looks at the runs, and as long as the first point is about to come.
TICK, FIRST_TICK = 2.5, 0.25
#: A sign and a colour for each status: who does not see the one sees the other.
_MARKS = {
    Status.QUEUED: ("○", "gray"),
    Status.RUNNING: ("▸", "blue"),
    Status.PAUSED: ("‖", "blue"),
    Status.INTERRUPTED: ("▪", "orange"),
    Status.COMPLETED: ("✓", "green"),
    Status.STOPPED: ("▪", "orange"),
    Status.FAILED: ("✗", "red"),
}
_DELETED = N_("deleted")
_DIVERGED = N_("diverged")


# -- begun


def submit_all(recipes: Sequence[Recipe], titles: Sequence[str]) -> list[str] | None:
    """The identifiers of as many new runs, in the line one after another.

    If one of them is refused, the page says why, those before it are taken back, and None is returned.
    """
    begun: list[str] = []
    try:
        for recipe, title in zip(recipes, titles, strict=True):
            begun.append(engine().submit(recipe))
            rename_run(get_run(begun[-1]), title)
    except ImgclsError as error:
        _take_back(begun)
        show_error(error)
        return None
    return begun


def _take_back(begun: Sequence[str]) -> None:
    """A part of them is no comparison: the last first, or each would begin when the one before it is gone."""
    for run_id in reversed(begun):
        with suppress(ImgclsError):
            engine().control(run_id, stop=True)
        with suppress(ImgclsError):
            delete_run(get_run(run_id))


# -- looked at


def look(runs: Mapping[K, Run], place: str) -> Standing[K]:
    """Runs as their files have them now; logs are read on from where this session stopped reading.

    Args:
        runs: of which some may have been deleted.
        place: names the readers within the session.
    """
    there = {name: run for name, run in runs.items() if run.folder.exists()}
    kept: dict[str, CurveReader] = st.session_state.get(f"{place} readers", {})
    readers = {name: kept.get(run.id) or CurveReader(run.folder) for name, run in there.items()}
    st.session_state[f"{place} readers"] = {run.id: readers[name] for name, run in there.items()}
    # the status first: what ends in between is seen as running once more, and looked at again
    statuses = {name: run.status for name, run in there.items()}
    for reader in readers.values():
        reader.poll()
    return Standing(there, statuses, {name: reader.curve for name, reader in readers.items()})


def tick(standing: Standing[Any], usual: float = TICK) -> float:
    """Seconds until the next look: soon while the first of them starts, but not while all wait for others."""
    now = standing.now
    if now is None or any(curve.step for curve in standing.curves.values()):
        return usual
    waits = standing.statuses[now] is Status.QUEUED and engine().position(standing.runs[now].id) > 0
    return usual if waits or standing.statuses[now] is Status.PAUSED else FIRST_TICK


def milestones(standing: Standing[Any]) -> tuple[Any, ...]:
    """What the parts of the page that do not move depend on."""
    return tuple(
        (name, standing.statuses[name], bool(curve.step), len(curve.epochs)) for name, curve in standing.curves.items()
    )


# -- shown


def lane(name: str, sample: str, key: K, standing: Standing[K]) -> None:
    """One run: its name, which leads to it, a piece of its line, how it stands, and what came of it so far.

    Args:
        name: translated; plain text.
        sample: the drawing of a piece of its line.
        key: by which `standing` knows it; it knows nothing of a run that has been deleted.
        standing: of all.
    """
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width=44):
                show_drawing(sample, "")
            label = f"**{literal(name)}**"
            if key in standing.runs:
                link = {"run": standing.runs[key].id}
                st.page_link("pages/train.py", label=label, help=_("Watch it alone"), query_params=link)
            else:
                st.markdown(label, width="content")
            st.markdown(_badge(key, standing), width="content")
        st.caption(_facts(key, standing))


def _badge(key: K, standing: Standing[K]) -> str:
    if key not in standing.runs:
        return f":gray-badge[– {_(_DELETED)}]"
    status = standing.statuses[key]
    mark, colour = _MARKS[status]
    diverged = status is Status.FAILED and has_diverged(standing.runs[key].result)
    return f":{colour}-badge[{mark} {_(_DIVERGED) if diverged else _(STATUS_WORDS[status])}]"


def _facts(key: K, standing: Standing[K]) -> str:
    if key not in standing.runs:
        return _("This run has been deleted.")
    result = standing.runs[key].result or {}
    if standing.statuses[key] is Status.FAILED and (reason := result.get("reason")):
        return literal(error_from_json(reason).say(translator(language())))
    epochs = standing.curves[key].epochs
    if not epochs:
        return _("No epoch has ended yet.")
    return _(
        "After epoch {epoch}: loss {loss}, validation {validation:.1%}",
        epoch=epochs[-1]["epoch"],
        loss=short_loss(epochs[-1]["loss"]),
        validation=epochs[-1]["val_accuracy"],
    )


def short_loss(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.2g}"


def progress_of_all(standing: Standing[K], names: Mapping[K, str]) -> str:
    """Who runs now and how far, and how long all of it still takes; empty when nobody does."""
    now = standing.now
    if now is None:
        return ""
    name = names[now]
    progress = progress_words(standing.runs[now], standing.statuses[now], standing.curves[now])
    left = seconds_left(standing.curves, standing.statuses)
    if left is None:
        return _("{name}: {progress}", name=name, progress=progress)
    return _("{name}: {progress}. About {time} until all are done.", name=name, progress=progress, time=duration(left))


def share_of_all(standing: Standing[Any]) -> float:
    """How much is done, 0 to 1; each run counts the same."""
    done = [
        share_done(standing.curves[name]) if status.is_active else 1.0 for name, status in standing.statuses.items()
    ]
    return sum(done) / max(1, len(done))


# -- asked


def stop_all(standing: Standing[Any]) -> None:
    """Stop those that wait first, or each would begin when the one before it ends; then run the page again."""
    waiting = [name for name, status in standing.statuses.items() if status is Status.QUEUED]
    busy = [name for name, status in standing.statuses.items() if status in (Status.RUNNING, Status.PAUSED)]
    runs = [standing.runs[name] for name in (*reversed(waiting), *busy)]
    _for_each(runs, lambda run: engine().control(run.id, stop=True, pause=False))


def resume_button(label: str, standing: Standing[Any], key: str) -> None:
    """Goes on with those that were interrupted or stopped, but for those whose data set has changed; says which.

    Args:
        label: translated.
        standing: of all.
        key: of the button.
    """
    if not standing.can_go_on:
        return
    hindered = {run.id: found for run in standing.can_go_on if (found := in_the_way(run)) is not None}
    for sentence in dict.fromkeys(found.say(translator(language())) for found in hindered.values()):
        st.error(literal(sentence))
    fit = [run for run in standing.can_go_on if run.id not in hindered]
    kind: Literal["primary", "secondary"] = "primary" if fit and not standing.is_active else "secondary"
    if st.button(label, type=kind, width="stretch", key=key, disabled=not fit):
        _for_each(fit, lambda run: engine().resume(run.id))


def _for_each(runs: list[Run], ask: Callable[[Run], None]) -> None:
    """Ask the same of several runs; what the engine refuses for one is said, and the others are asked all the same."""
    refused = []
    for run in runs:
        try:
            ask(run)
        except ImgclsError as error:
            refused.append(error)
    for one in refused:
        show_error(one)
    if not refused:
        st.rerun()
