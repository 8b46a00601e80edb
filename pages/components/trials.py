"""Trials: the same recipe and seed a few times with one thing changed, trained one after another, side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from imgcls.comparison.differences import differences, say_differences
from imgcls.comparison.guard import variants
from imgcls.errors import ImgclsError, InputError
from imgcls.expectation import Expectation
from imgcls.figures.curves import Quantity
from imgcls.figures.lanes import sample_of
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.trials import (
    Axis,
    TrialLines,
    TrialWords,
    View,
    along,
    trial_figure,
    trial_height,
    trial_line,
    trial_lines,
    trial_style,
)
from imgcls.language import translator
from imgcls.recipe import Recipe
from imgcls.trials import (
    Standing,
    Trials,
    loss_of_guessing,
    title_of,
    trials_of,
)
from pages.components.durations import duration
from pages.components.expectation import keep_expected
from pages.components.lanes import (
    lane,
    look,
    milestones,
    progress_of_all,
    resume_button,
    share_of_all,
    stop_all,
    submit_all,
    tick,
)
from pages.components.live import TrialChart, live
from pages.components.notices import literal, note, show_error
from pages.components.style import is_dark
from pages.components.trial_table import Column, Measure, trial_table
from pages.components.words import _, epochs_words, language

__all__ = [
    "Column",
    "Trial",
    "current_trials",
    "look_at_trials",
    "start_trials",
    "watch_trials",
]

_LINK = "trials"
_QUANTITIES: tuple[Quantity, ...] = ("loss", "accuracy")


@dataclass(frozen=True)
class Trial:
    """One of them.

    Args:
        label: what stands beside its line, translated: one or two words.
        recipe: what is trained.
    """

    label: str
    recipe: Recipe


# -- before


def start_trials(page_key: str, title: str, trials: Sequence[Trial], winners: Collection[str] = ()) -> None:
    """Train them, the first of them first, and show them; if one is refused, none is trained and the page says why.

    Args:
        page_key: names the page within the session.
        title: of all of them, translated; each run is called by it and by its own label.
        trials: 2 to 20; the others are compared with the first.
        winners: labels of those that are expected to win; empty: nobody said.
    """
    begun = submit_all([trial.recipe for trial in trials], [title_of(title, trial.label) for trial in trials])
    if begun is not None:
        for run_id, trial in zip(begun, trials, strict=True) if winners else ():
            keep_expected(run_id, Expectation(wins=trial.label in winners, race=tuple(begun)))
        look_at_trials(page_key, begun)
        st.rerun()


# -- which


def current_trials(page_key: str) -> Trials | None:
    """The trials named in the link, else those that this session looked at last on this page; kept in both.

    What are no trials, or some of which nothing is left, is said so once and forgotten.
    """
    asked: str | None = st.query_params.get(_LINK) or st.session_state.get(f"{_LINK} {page_key}")
    if asked is None:
        return None
    try:
        trials = trials_of(asked.split(","))
    except InputError as error:
        show_error(error)
        look_at_trials(page_key, None)
        return None
    look_at_trials(page_key, trials.ids)  # switching pages drops the query string
    return trials


def look_at_trials(page_key: str, ids: Iterable[str] | None) -> None:
    """Make these runs the trials that this session looks at on this page; None for none."""
    key = f"{_LINK} {page_key}"
    if ids is None:
        st.session_state.pop(key, None)
        st.query_params.pop(_LINK, None)
        return
    st.session_state[key] = wanted = ",".join(ids)
    if st.query_params.get(_LINK) != wanted:
        st.query_params[_LINK] = wanted


# -- watched


def watch_trials(
    page_key: str,
    trials: Trials,
    columns: Sequence[Column] = (),
    more: Callable[[Standing[str]], None] | None = None,
    again: Callable[[Trials], None] | None = None,
    said: str | None = None,
    measure: Measure | None = None,
) -> None:
    """Everything about some trials; looks again by itself as long as something can change.

    Only what moves is drawn again at every look. What it takes to draw the rest anew is in `milestones`.

    Args:
        page_key: as for `start_trials`.
        trials: of `current_trials`.
        columns: of the table, beside accuracy, its interval and time.
        more: draws what else there is to see, below the table.
        again: called when other trials are asked for, before these are left: the place to keep their settings.
        said: how they differ, translated, where their settings as a list would not say it; None: the list.
        measure: by what they are compared; None: by the test accuracy.
    """
    standing = look(trials.runs, page_key)
    left, right = st.columns([4, 10], gap="large")
    with left:
        _heading(trials, said)
        for place, identifier in enumerate(trials.ids):
            sample = sample_of(trial_style(place, is_dark()))
            lane(trials.labels[identifier], sample, identifier, standing)
        note(_("A name leads to its run: there it can be paused, or given another learning rate."))
        _buttons(page_key, trials, standing, again)
    with right:
        view = Look(*_view(page_key))
        if standing.is_active:
            st.fragment(_moving, run_every=tick(standing))(page_key, trials, view, milestones(standing))
        else:
            st.progress(1.0 if not standing.can_go_on else share_of_all(standing), text=_ended(standing))
            _figures(page_key, trials, standing, view)
        trial_table(trials, standing, columns, measure)
        if more is not None:
            more(standing)


def _moving(page_key: str, trials: Trials, view: Look, seen: tuple[Any, ...]) -> None:
    try:
        standing = look(trials.runs, page_key)
        if milestones(standing) != seen:
            st.rerun()
        charts = [
            TrialChart(lines, words, alt)
            for lines, words, alt in (_chart(trials, standing, quantity, view) for quantity in _QUANTITIES)
        ]
        said = progress_of_all(standing, trials.labels)
        live(said, share_of_all(standing), [], charts, is_dark(), trial_height(len(trials.ids)))
    except ImgclsError as error:  # `app.py` catches nothing for a fragment
        show_error(error)


def _heading(trials: Trials, said: str | None) -> None:
    recipes = list(trials.recipes.values())
    if said is not None:
        st.markdown(said)
    elif len(recipes) > 1:
        st.markdown(literal(say_differences(variants(recipes), translator(language()))))
    st.caption(literal(" · ".join(_common(recipes))))


def _common(recipes: Sequence[Recipe]) -> list[str]:
    """What all of them have in common, in a few words each."""
    one, differ = recipes[0], differences(recipes)
    training = one.training
    said = {
        "architecture": one.architecture.name,
        "dataset": one.dataset.name,
        "training.epochs": epochs_words(training.epochs),
        "training.optimizer": _("learning rate {rate:g}", rate=training.optimizer.learning_rate),
        "seed": _("seed {seed}", seed=one.seed),
    }
    return [words for path, words in said.items() if not any(known.startswith(path) for known in differ)]


def _ended(standing: Standing[str]) -> str:
    if standing.can_go_on:
        waiting, count = len(standing.can_go_on), len(standing.runs)
        return _("Nothing is trained now. Not at the end: {waiting} of {count}.", waiting=waiting, count=count)
    seconds = sum((run.result or {}).get("train_seconds") or 0.0 for run in standing.runs.values())
    return _("All have ended, after {time} of training.", time=duration(seconds))


# -- buttons


def _buttons(
    page_key: str, trials: Trials, standing: Standing[str], again: Callable[[Trials], None] | None = None
) -> None:
    if standing.is_active and st.button(_("Stop all"), width="stretch", key=f"stop {page_key}"):
        stop_all(standing)
    resume_button(_("Go on with them"), standing, f"resume {page_key}")
    done = not standing.is_active and not standing.can_go_on
    if st.button(_("New trials"), type="primary" if done else "secondary", width="stretch", key=f"new {page_key}"):
        if again is not None:
            again(trials)
        look_at_trials(page_key, None)
        st.rerun()


# -- figures


@dataclass(frozen=True)
class Look:
    """How the curves are looked at: how much of their height, and along what."""

    view: View
    axis: Axis


def _view(page_key: str) -> tuple[View, Axis]:
    labels: dict[View, str] = {"whole": _("Whole range"), "close": _("Close up")}
    along_: dict[Axis, str] = {"epoch": _("by epoch"), "step": _("by step"), "second": _("by second")}
    with st.container(horizontal=True, gap="medium"):
        view = st.segmented_control(
            _("What the curves show"),
            list(labels),
            format_func=labels.__getitem__,
            default="whole",
            required=True,
            key=f"view {page_key}",
            label_visibility="collapsed",
        )
        axis = st.segmented_control(
            _("What the curves run along"),
            list(along_),
            format_func=along_.__getitem__,
            default="epoch",
            required=True,
            key=f"axis {page_key}",
            label_visibility="collapsed",
        )
    return view or "whole", axis or "epoch"


def _figures(page_key: str, trials: Trials, standing: Standing[str], view: Look) -> None:
    for column, quantity in zip(st.columns(2), _QUANTITIES, strict=True):
        with column:
            lines, words, alt = _chart(trials, standing, quantity, view)
            figure = trial_figure(lines, is_dark(), words, trial_height(len(trials.ids)))
            st.plotly_chart(figure, key=f"{page_key} {quantity}", config=PLOT_CONFIG, theme=None, alt=alt)


def _chart(
    trials: Trials, standing: Standing[str], quantity: Quantity, view: Look
) -> tuple[TrialLines, TrialWords, str]:
    """The figure's lines and words, and what it says to those who do not see it."""
    names = {"loss": _("loss"), "accuracy": _("accuracy")}
    drawn = [
        trial_line(trials.labels[identifier], place, standing.curves[identifier], quantity, view.axis)
        for place, identifier in enumerate(trials.ids)
        if identifier in standing.curves
    ]
    begun = [curve for curve in standing.curves.values() if curve.start]
    end = _longest(trials, standing, view.axis)
    lines = trial_lines(drawn, quantity, end, view.view, loss_of_guessing(begun[0]) if begun else None)
    axes = {"epoch": _("epoch"), "step": _("step"), "second": _("seconds of training")}
    words = TrialWords(axes[view.axis], names[quantity], _("guessing"))
    return lines, words, _alt(lines, words)


def _longest(trials: Trials, standing: Standing[str], axis: Axis) -> float:
    """Where the axis ends: at the end of the longest run, as it was asked for."""
    asked = {one: float(recipe.training.epochs) for one, recipe in trials.recipes.items()}
    if axis == "epoch":
        return max(asked.values())
    begun = {one: curve for one, curve in standing.curves.items() if curve.start and curve.step}
    return max((along(curve, [asked[one]], axis)[0] for one, curve in begun.items()), default=1.0)


def _alt(lines: TrialLines, words: TrialWords) -> str:
    ends = [(line.name, end[1]) for line in lines.lines if (end := line.end()) is not None]
    if not ends:
        return _("Curves of {quantity}: nothing yet", quantity=words.quantity)
    values = "; ".join(f"{name} {value:.1%}" if lines.percent else f"{name} {value:.3f}" for name, value in ends)
    return _("Curves of {quantity}, where they end: {values}", quantity=words.quantity, values=values)
