"""Choosing, first look: two networks from three seeds each, and whether one of them wins."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.architectures import ARCHITECTURES, parameter_count
from imgcls.comparison.spread import groups, lead
from imgcls.datasets import dataset_facts
from imgcls.lessons.choosing import BASE, NETWORKS, SEEDS, race
from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Choice
from imgcls.trials import Standing, Trials, score_of
from pages.components.compare_outcome import show_comparison
from pages.components.glossary import terms
from pages.components.lesson_run import train_or_reuse
from pages.components.notices import literal, note
from pages.components.question import Asked, ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "choosing"
_CHANCE = "chance"


def see_it() -> None:
    st.markdown(
        _(
            "Two networks learn the same digits, each from {seeds} seeds: other first weights, another split, another "
            "order of the images.",
            seeds=len(SEEDS),
        )
    )
    asked = _asked()
    terms("seed", "parameter", "test accuracy")
    trials = current_trials(_KEY)
    if not asked.is_open:
        note(_("First say what you expect; then the trainings begin."))
    elif trials is None:
        _begin()
    else:
        said = _("The same settings; only network and seed differ.")
        watch_trials(_KEY, trials, more=partial(_outcome, trials, asked), said=said)


def _asked() -> Asked:
    titles = {name: _(ARCHITECTURES.get(name).title) for name in NETWORKS}
    choices = {name: _("{name} wins", name=title) for name, title in titles.items()}
    return ask_first(
        "choosing winner",
        _("Which wins, and by more than chance?"),
        choices={**choices, _CHANCE: _("{seeds} seeds cannot tell", seeds=len(SEEDS))},
    )


def _begin() -> None:
    facts = dataset_facts(BASE.dataset)
    trials = [Trial(f"{name} · {seed}", recipe) for (name, seed), recipe in race().items()]
    counts = [parameter_count(Choice(name=name), facts.image_shape, len(facts.class_names)) or 0 for name in NETWORKS]
    st.table(
        {
            _("Network"): [_(ARCHITECTURES.get(name).title) for name in NETWORKS],
            _("Parameters"): [f"{count:,}" for count in counts],
        },
        hide_index=True,
        border="horizontal",
        width="content",
    )
    known = known_runs(trial.recipe for trial in trials)
    missing = [trial for trial in trials if trial.recipe.hash() not in known]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Start the race") if missing else _("Show them"), type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Choosing"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])


def _outcome(trials: Trials, asked: Asked, standing: Standing[str]) -> None:
    if standing.is_active:
        note(_("Mean, spread and interval stand here when all have ended."))
        return
    known = groups([run for run in trials.runs.values() if score_of(run) is not None])
    found = lead(known)
    if found is not None and asked.answer is not None:
        names = [trials.recipes[group.ids[0]].architecture.name for group in known]
        outcome = names[found.best] if found.is_real else _CHANCE
        _say(str(asked.answer), outcome)
    show_comparison(trials, standing)


def _say(answer: str, outcome: str) -> None:
    words = {name: literal(_(ARCHITECTURES.get(name).title)) for name in NETWORKS}
    said = words.get(answer, _("that the seeds cannot tell"))
    if outcome == _CHANCE:
        st.info(_("You said: {said}. Over these seeds chance alone could have made the difference.", said=said))
    else:
        winner = words.get(outcome, outcome)
        st.info(_("You said: {said}. {winner} wins by more than chance.", said=said, winner=winner))
