"""Trusting a heatmap, with a remedy of one's own: which of them makes the network look at the shape?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.lessons.reuse import known_runs
from imgcls.shortcut_lab import DEFAULT, REMEDY_WORDS, Remedy, shortcut_recipes
from imgcls.trials import Standing, Trials, score_of
from pages.components.glossary import terms
from pages.components.lesson_run import train_or_reuse
from pages.components.notices import literal, note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.shortcut_evidence import show_evidence
from pages.components.shortcut_form import show_samples
from pages.components.trial_table import Column
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "heatmaps"
_QUESTION = "heatmaps remedy"


def change_it() -> None:
    trials = current_trials(_KEY)
    if trials is not None:
        validation = Column(_("Validation accuracy"), lambda run: (run.result or {}).get("validation_accuracy"))
        said = _("The first as it is, each of the others with one thing changed. The seed is the same.")
        watch_trials(_KEY, trials, [validation], partial(_outcome, trials), said=said)
        st.page_link("pages/shortcut.py", label=_("The shortcut lab: with other networks, pictures and epochs"))
        return
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = ask_first(
            _QUESTION,
            _("What makes the network look at the shape?"),
            choices=_choices(),
        )
        terms("shortcut", "grad-cam")
    with right:
        show_samples(DEFAULT.dataset)
        if asked.is_open:
            _begin()
        else:
            note(_("First say what you expect; then the trainings begin."))


def _begin() -> None:
    trials = [Trial(_(REMEDY_WORDS[remedy]), recipe) for remedy, recipe in shortcut_recipes().items()]
    known = known_runs(trial.recipe for trial in trials)
    missing = [trial for trial in trials if trial.recipe.hash() not in known]
    with st.container(horizontal=True, vertical_alignment="center"):
        label = _("Train all three") if len(missing) == len(trials) else _("Train them") if missing else _("Show them")
        if st.button(label, type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Shortcut"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """What was expected beside what came, then where each of them looks."""
    scores = {one: score.accuracy for one, run in standing.runs.items() if (score := score_of(run)) is not None}
    answer = getattr(st.session_state.get(f"question: {_QUESTION}"), "answer", None)
    if not standing.is_active and len(scores) == len(trials.ids) and answer is not None:
        told = "; ".join(
            _("{name}: {accuracy:.0%} right", name=literal(trials.labels[one]), accuracy=scores[one])
            for one in trials.ids
        )
        st.info(
            _(
                "You said: {answer}. In the test, where no mark is: {told}.",
                answer=_choices()[str(answer)],
                told=told,
            )
        )
    show_evidence(trials, standing)


def _choices() -> dict[str, str]:
    return {
        Remedy.CUTOUT.value: _("Cutout: a square of each picture is hidden"),
        Remedy.CLEAN.value: _("Cleaned data: the mark is removed"),
        "both": _("Both do"),
        "neither": _("Neither does"),
    }
