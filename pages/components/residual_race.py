"""The same deep network with and without skip connections, trained where the lesson stands."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.lessons.residual import RACE_DEPTH, race
from imgcls.lessons.reuse import known_runs
from imgcls.trials import Standing, Trials, score_of
from pages.components.lesson_run import train_or_reuse, waiting_words
from pages.components.notices import note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "residual race"
_QUESTION = "residual ahead"


def race_is_on() -> bool:
    """Whether a race was begun and is being looked at."""
    return current_trials(_KEY) is not None


def watch_race() -> None:
    trials = current_trials(_KEY)
    if trials is not None:
        said = _("The same layers, seed and images: only x is added, or it is not.")
        watch_trials(_KEY, trials, more=partial(_outcome, trials), said=said)
        st.page_link("pages/lab.py", label=_("With and without batch norm as well, in the lab"))


def start_race() -> None:
    """The question, and when it is answered the way to begin."""
    st.markdown(_("#### The race"))
    left, right = st.columns([7, 6], gap="large")
    with left:
        asked = ask_first(
            _QUESTION,
            _(
                "{depth} layers learn digits for three epochs, without and with skip connections. By how many points "
                "is the residual network ahead in the test?",
                depth=RACE_DEPTH,
            ),
            low=-50.0,
            high=80.0,
            step=5.0,
            start=0.0,
        )
    with right:
        if not asked.is_open:
            note(_("First say what you expect; then the trainings begin."))
            return
        labels = {"plain": _("plain"), "residual": _("residual")}
        trials = [Trial(labels[name], recipe) for name, recipe in race().items()]
        known = known_runs(one.recipe for one in trials)
        missing = [one for one in trials if one.recipe.hash() not in known]
        if st.button(_("Start the race") if missing else _("Show them"), type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Residual"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    scores = [score_of(standing.runs[one]) if one in standing.runs else None for one in trials.ids[:2]]
    plain, residual = scores[0], scores[1]
    if plain is None or residual is None:
        note(waiting_words())
        return
    ahead = 100 * (residual.accuracy - plain.accuracy)
    said = _(
        "with x + F(x) **{residual:.1%}**, without **{plain:.1%}**: **{ahead:+.0f} points**.",
        residual=residual.accuracy,
        plain=plain.accuracy,
        ahead=ahead,
    )
    number = getattr(st.session_state.get(f"question: {_QUESTION}"), "number", None)
    st.info(
        _("It is {said}", said=said)
        if number is None
        else _("You said {number:+.0f} points. It is {said}", number=number, said=said)
    )
    if ahead > 0:
        st.markdown(
            _(
                "Both have the same layers and as many weights. The plain one could learn the same, but its gradient "
                "has a long way to the first layers; past each F the residual one has a short one."
            )
        )
    else:
        st.markdown(_("Here the skip connections did not help. With few layers the way is short enough without them."))
