"""Overfitting, closed one thing at a time: each remedy is a training of its own, with the same seed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.coach.history import history_of
from imgcls.lessons.overfitting import REMEDY_WORDS, Gap, Remedy, closed, gap_of, left_by_decay, remedied
from imgcls.lessons.reuse import known_runs
from imgcls.runs import Run
from imgcls.trials import Standing, Trials
from pages.components.glossary import terms
from pages.components.lesson_run import train_or_reuse
from pages.components.notices import literal, note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "overfitting"


def change_it() -> None:
    trials = current_trials(_KEY)
    if trials is None:
        _choose()
    else:
        said = _("The first as it is, each of the others with one thing changed. The seed is the same.")
        watch_trials(_KEY, trials, more=partial(_outcome, trials), said=said)


def _choose() -> None:
    left, right = st.columns([4, 9], gap="large")
    remedies = [one for one in Remedy if one is not Remedy.NONE]
    with left:
        asked = ask_first(
            "overfitting remedy",
            _("Which of them closes the gap between the losses most?"),
            choices={one.value: _(REMEDY_WORDS[one]) for one in remedies},
        )
        terms("overfitting", "augmentation", "dropout", "weight decay", "early stopping")
    with right:
        st.markdown(_("Only one thing is changed each time: same seed, same validation images."))
        if not asked.is_open:
            note(_("First say what you expect; then the trainings begin."))
            return
        chosen = st.pills(
            _("What to try"),
            remedies,
            selection_mode="multi",
            default=remedies,
            format_func=lambda one: _(REMEDY_WORDS[one]),
            key=f"{_KEY} chosen",
        )
        wanted = [Remedy.NONE, *(one for one in remedies if one in chosen)]
        trials = [Trial(_(REMEDY_WORDS[one]), remedied(one)) for one in wanted]
        known = known_runs(trial.recipe for trial in trials)
        missing = [trial for trial in trials if trial.recipe.hash() not in known]
        with st.container(horizontal=True, vertical_alignment="center"):
            label = _("Train them") if missing else _("Show them")
            if st.button(label, type="primary", disabled=len(trials) < 2, key=f"{_KEY} go"):
                train_or_reuse(_KEY, _("Overfitting"), trials)
            if missing:
                time_of_race(_KEY, [trial.recipe for trial in missing])
        if known and missing:
            note(_("Trained already, and used again: {count}.", count=len(known)))


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """The gap of each in one table, and what each remedy did to it in words."""
    gaps = {
        one: gap
        for one, run in standing.runs.items()
        if not standing.statuses[one].is_active and (gap := _gap(run, standing, one)) is not None
    }
    first = trials.ids[0]
    if first not in gaps:
        note(_("The gaps are compared here as soon as the first training has ended."))
        return
    base = gaps[first]
    st.markdown(_("#### What closes the gap"))
    st.table(
        {
            _("Remedy"): [literal(trials.labels[one]) for one in gaps],
            _("Training"): [f"{gap.training:.1%}" for gap in gaps.values()],
            _("Validation"): [f"{gap.validation:.1%}" for gap in gaps.values()],
            _("Gap"): [_("{points:.1f} points", points=gap.points) for gap in gaps.values()],
            _("Gap in loss"): [f"{gap.nats:.3f}" for gap in gaps.values()],
            _("What it did"): [_did(base, gap, one == first) for one, gap in gaps.items()],
        },
        hide_index=True,
        border="horizontal",
    )
    if not standing.is_active and len(gaps) > 1:
        _said(trials, gaps, first)
    _honest(standing, gaps)


def _gap(run: Run, standing: Standing[str], one: str) -> Gap | None:
    return gap_of(history_of(standing.curves[one], is_over=True), run.recipe)


def _did(base: Gap, gap: Gap, is_base: bool) -> str:
    if is_base:
        return _("the gap to close")
    share = closed(base, gap)
    if share > 0.05:
        better = gap.validation >= base.validation
        if better:
            return _("closes {share:.0%} of it", share=min(1.0, share))
        return _("closes {share:.0%} of it, but validation is lower: it learned less", share=min(1.0, share))
    return _("changes little") if share > -0.05 else _("opens it further")


def _said(trials: Trials, gaps: dict[str, Gap], first: str) -> None:
    """The answer to the question, in the learner's own numbers."""
    base, others = gaps[first], [one for one in gaps if one != first]
    best = max(others, key=lambda one: closed(base, gaps[one]))
    highest = max(others, key=lambda one: gaps[one].validation)
    answer = getattr(st.session_state.get("question: overfitting remedy"), "answer", None)
    guessed = [one for one in others if answer and trials.recipes[one].hash() == remedied(Remedy(answer)).hash()]
    opening = (
        _(
            "You said “{guessed}”: it closed {share:.0%}.",
            guessed=literal(trials.labels[guessed[0]]),
            share=closed(base, gaps[guessed[0]]),
        )
        if guessed
        else ""
    )
    st.info(
        f"{opening} "
        + _(
            "“{best}” closed most of the gap. The highest validation accuracy has “{highest}”: {accuracy:.1%} instead "
            "of {before:.1%}. The two need not be the same: a gap can also close because less is learned.",
            best=literal(trials.labels[best]),
            highest=literal(trials.labels[highest]),
            accuracy=gaps[highest].validation,
            before=base.validation,
        )
    )


def _honest(standing: Standing[str], gaps: dict[str, Gap]) -> None:
    """Where the numbers could mislead."""
    note(
        _(
            "Training figures are measured while dropout and augmentation make it hard, validation figures without "
            "them. After early stopping, as always here, the weights of the best epoch are kept."
        )
    )
    run = next((run for run in standing.runs.values() if run.recipe.training.optimizer.name == "adamw"), None)
    if run is None or run.id not in gaps:
        return
    steps = standing.curves[run.id].last_step
    rate = run.recipe.training.optimizer.learning_rate
    note(
        _(
            "Weight decay takes the share η·λ = {rate:g} · 0.004 of each weight at every step: after {steps} steps "
            "{left:.3%} of a weight would be left. In so short a training that is next to nothing; it shows its worth "
            "in long ones.",
            rate=rate,
            steps=steps,
            left=left_by_decay(rate, steps),
        )
    )
