"""Which strategy finds the rare ones, and what does it cost? Four of them trained on the spot."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.balance import BALANCES
from imgcls.evaluation.of_run import outcome_of
from imgcls.lessons.rare import RARE, RATIOS, STRATEGIES, race
from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Imbalance
from imgcls.training.sizes import part_sizes
from imgcls.trials import Standing, Trials
from pages.components.glossary import terms
from pages.components.imbalance_outcome import balanced_measure, outcome_columns, show_outcomes
from pages.components.lesson_run import train_or_reuse, waiting_words
from pages.components.notices import literal, note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "rare race"
_QUESTION = "rare strategy"


def race_is_on() -> bool:
    """Whether a race was begun and is being looked at."""
    return current_trials(_KEY) is not None


def watch_race() -> None:
    trials = current_trials(_KEY)
    if trials is not None:
        said = _("The same network, seed and images: only what is done about the rare classes differs.")
        more = partial(_outcome, trials)
        watch_trials(_KEY, trials, outcome_columns(), more, said=said, measure=balanced_measure())
        _to_the_lab()


def start_race() -> None:
    """The question, and when it is answered the way to begin."""
    st.markdown(_("#### Who finds the rare ones?"))
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = ask_first(
            _QUESTION,
            _("Two of ten classes are rare. Which of the four finds most of their images in the test?"),
            choices={name: _title(name) for name in STRATEGIES},
        )
        terms("class weight", "resampling", "recall", "balanced accuracy")
    with right:
        ratio = st.select_slider(
            _("The rare classes keep"), RATIOS, format_func=lambda one: f"{one:.0%}", key=f"{_KEY} ratio", width=320
        )
        recipes = race(ratio)
        plain = recipes[STRATEGIES[0]]
        each = part_sizes(plain.model_copy(update={"imbalance": Imbalance()}))[0] // 10
        st.markdown(
            _(
                "The digits {first} and {second} keep about {few} training images each, all others {each}. The test "
                "stays balanced: a hundred of each digit.",
                first=RARE[0],
                second=RARE[1],
                few=max(1, round(each * ratio)),
                each=each,
            )
        )
        for name in STRATEGIES:
            entry = BALANCES.get(name)
            st.markdown(f"**{_(entry.title)}** · {literal(_(entry.summary))}")
        if asked.is_open:
            _begin(ratio)
        else:
            note(_("First say what you expect; then the trainings begin."))


def _begin(ratio: float) -> None:
    trials = [Trial(_title(name), recipe) for name, recipe in race(ratio).items()]
    known = known_runs(trial.recipe for trial in trials)
    missing = [trial for trial in trials if trial.recipe.hash() not in known]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train all four") if missing else _("Show them"), type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Rare classes"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])
    _to_the_lab()


def _title(name: str) -> str:
    return _(BALANCES.get(name).title)


def _to_the_lab() -> None:
    st.page_link("pages/imbalance.py", label=_("Six answers to rare classes, trained side by side"))


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """How many rare ones each finds, beside what was expected, and what accuracy alone would have told."""
    found = {one: value for one, run in standing.runs.items() if (value := outcome_of(run)) is not None}
    recalls = {one: value.rare_recall for one, value in found.items() if value.rare_recall is not None}
    if standing.is_active or len(recalls) < 2:
        note(waiting_words())
    else:
        best = max(recalls, key=lambda one: recalls[one])
        answer = getattr(st.session_state.get(f"question: {_QUESTION}"), "answer", None)
        guessed = next((one for one in recalls if trials.recipes[one].balance.name == answer), None)
        opening = (
            _(
                "You said “{guessed}”: it finds {recall:.0%} of the rare ones.",
                guessed=literal(trials.labels[guessed]),
                recall=recalls[guessed],
            )
            if guessed is not None
            else ""
        )
        told = _(
            "Most finds “{best}”: **{recall:.0%}**, with **{balanced:.1%}** balanced accuracy. Without anything it is "
            "{plain:.0%} and {plain_balanced:.1%}.",
            best=literal(trials.labels[best]),
            recall=recalls[best],
            balanced=found[best].balanced,
            plain=recalls.get(trials.ids[0], 0.0),
            plain_balanced=found[trials.ids[0]].balanced if trials.ids[0] in found else 0.0,
        )
        st.info(f"{opening} {told}")
    show_outcomes(trials, standing)
