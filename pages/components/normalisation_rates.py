"""Which learning rates still train the same network, without and with batch normalisation."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.datasets import dataset_facts
from imgcls.lessons.normalisation import RATES, learns, tried
from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Recipe
from imgcls.trials import Standing, Trials, score_of
from pages.components.lesson_run import train_or_reuse, waiting_words
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _, listed

_KEY = "normalisation rates"
_QUESTION = "normalisation learns"


def rates_are_on() -> bool:
    """Whether the trainings were begun and are being looked at."""
    return current_trials(_KEY) is not None


def watch_rates() -> None:
    trials = current_trials(_KEY)
    if trials is not None:
        said = _("The same layers, seed and images: only learning rate and batch norm differ.")
        watch_trials(_KEY, trials, more=partial(_outcome, trials), said=said)
        st.page_link("pages/lab.py", label=_("The race: with and without it"))


def start_rates() -> None:
    """The question, and when it is answered the way to begin."""
    st.markdown(_("#### Which learning rates still train it?"))
    left, right = st.columns([7, 6], gap="large")
    with left:
        asked = ask_first(
            _QUESTION,
            _(
                "The same eight layers are trained at {count} learning rates: {rates}. At how many of them does it "
                "learn without batch norm?",
                count=len(RATES),
                rates=listed(f"{rate:g}" for rate in RATES),
            ),
            choices={str(count): str(count) for count in range(len(RATES) + 1)},
        )
    with right:
        if not asked.is_open:
            note(_("First say what you expect; then the trainings begin."))
            return
        trials = [Trial(_label(rate, norm), recipe) for (rate, norm), recipe in tried().items()]
        known = known_runs(one.recipe for one in trials)
        missing = [one for one in trials if one.recipe.hash() not in known]
        if st.button(_("Train all six") if missing else _("Show them"), type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Learning rates"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])


def _label(rate: float, norm: bool) -> str:
    return _("{rate:g}, batch norm", rate=rate) if norm else f"{rate:g}"


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """Rate by rate, without and with; and how many of them learned."""
    if standing.is_active:
        note(waiting_words())
        return
    found: dict[tuple[float, bool], float | None] = {}
    for one, recipe in trials.recipes.items():
        score = score_of(standing.runs[one]) if one in standing.runs else None
        found[_place(recipe)] = None if score is None else score.accuracy
    classes = len(dataset_facts(trials.recipes[trials.ids[0]].dataset).class_names)
    rates = sorted({rate for rate, _norm in found})
    st.table(
        {
            _("Learning rate"): [f"{rate:g}" for rate in rates],
            _("without batch norm"): [_cell(found.get((rate, False)), classes) for rate in rates],
            _("with batch norm"): [_cell(found.get((rate, True)), classes) for rate in rates],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )
    without, normed = (sum(learns(found.get((rate, norm)), classes) for rate in rates) for norm in (False, True))
    answer = getattr(st.session_state.get(f"question: {_QUESTION}"), "answer", None)
    said = _(
        "Without batch norm it learns at **{without} of {count}** rates, with it at **{normed}**.",
        without=without,
        normed=normed,
        count=len(rates),
    )
    st.info(said if answer is None else _("You said {answer}. {said}", answer=str(answer), said=said))
    note(
        _(
            "It learns: at least three times as often right as guessing. Where each layer's numbers are kept in range, "
            "a step that is too long for one layer no longer upsets all those behind it."
        )
    )


def _place(recipe: Recipe) -> tuple[float, bool]:
    norm = bool(recipe.architecture.options.get("batch_norm", True))
    return recipe.training.optimizer.learning_rate, norm


def _cell(accuracy: float | None, classes: int) -> str:
    if accuracy is None:
        return _("broke off")
    return f"{accuracy:.1%}" if learns(accuracy, classes) else _("{accuracy:.1%}, does not learn", accuracy=accuracy)
