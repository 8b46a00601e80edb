"""Does augmentation help here, and by how much? The same network with each change of its images, trained here."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.augmentation import AUGMENTATIONS
from imgcls.augmentation.registry import doubtful
from imgcls.datasets import dataset_facts
from imgcls.lessons.augmentation import CHANGES, SHARES, race
from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Choice
from imgcls.training.sizes import part_sizes
from imgcls.trials import Score, Standing, Trials, score_of, verdict
from pages.components.augmentation_draws import show_draws
from pages.components.bench_measure import columns
from pages.components.glossary import terms
from pages.components.lesson_run import train_or_reuse, waiting_words
from pages.components.notices import literal, note
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _, listed

_KEY = "augmentation race"
_QUESTION = "augmentation helps"


def race_is_on() -> bool:
    """Whether a race was begun and is being looked at."""
    return current_trials(_KEY) is not None


def watch_race() -> None:
    trials = current_trials(_KEY)
    if trials is not None:
        said = _("The first as it is, each of the others with one thing changed. The seed is the same.")
        watch_trials(_KEY, trials, columns(), partial(_outcome, trials), said=said)
        _to_the_bench()


def start_race() -> None:
    """The question, what the changes look like, and when it is answered the way to begin."""
    st.markdown(_("#### Does it help here, and by how much?"))
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = ask_first(
            _QUESTION,
            _(
                "A network learns from {count} digits, once as they are and once with each of five changes. By how "
                "many points does the best of them raise its test accuracy?",
                count=part_sizes(race()[""])[0],
            ),
            low=-10.0,
            high=30.0,
            step=1.0,
            start=0.0,
        )
        terms("augmentation", "cutout", "mixup", "test accuracy")
    with right:
        show_draws(CHANGES)
        if asked.is_open:
            _begin()
        else:
            note(_("First say what you expect; then the trainings begin."))


def _begin() -> None:
    one, other = st.columns([5, 3], vertical_alignment="bottom")
    chosen = one.pills(
        _("What to try"), CHANGES, selection_mode="multi", default=CHANGES, format_func=_title, key=f"{_KEY} chosen"
    )
    counts = {part_sizes(race(share=share)[""])[0]: share for share in SHARES}
    count = other.select_slider(_("Training images"), list(counts), key=f"{_KEY} count")
    recipes = race([name for name in CHANGES if name in chosen], counts[count])
    trials = [Trial(_title(name) if name else _("without"), recipe) for name, recipe in recipes.items()]
    known = known_runs(trial.recipe for trial in trials)
    missing = [trial for trial in trials if trial.recipe.hash() not in known]
    with st.container(horizontal=True, vertical_alignment="center"):
        label = _("Measure it") if missing else _("Show them")
        if st.button(label, type="primary", disabled=len(trials) < 2, key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Augmentation"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])
    _to_the_bench()


def _title(name: str) -> str:
    return _(AUGMENTATIONS.get(name).title)


def _to_the_bench() -> None:
    st.page_link("pages/augment.py", label=_("All augmentations, and whether they help"))


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """What the best change brought, beside what was expected, then each of them."""
    scores = {one: score for one, run in standing.runs.items() if (score := score_of(run)) is not None}
    base = scores.pop(trials.ids[0], None)
    if standing.is_active or base is None or not scores:
        note(waiting_words())
        return
    gains = {one: 100 * (score.accuracy - base.accuracy) for one, score in scores.items()}
    best = max(gains, key=lambda one: gains[one])
    number = getattr(st.session_state.get(f"question: {_QUESTION}"), "number", None)
    opening = "" if number is None else _("You said {number:+.0f} points.", number=number)
    measured = _(
        "Measured: the best is “{best}”, with {accuracy:.1%} instead of {before:.1%}: **{gain:+.1f} points**.",
        best=literal(trials.labels[best]),
        accuracy=scores[best].accuracy,
        before=base.accuracy,
        gain=gains[best],
    )
    every = listed(
        _("{name} {gain:+.1f}", name=literal(trials.labels[one]), gain=gain)
        for one, gain in sorted(gains.items(), key=lambda item: -item[1])
    )
    together = _("All of them: {every}.", every=every)
    st.info(f"{opening} {measured} {together}")
    _chance({trials.ids[0]: base, best: scores[best]}, gains[best])
    _doubts(trials, gains)


def _chance(two: dict[str, Score], gain: float) -> None:
    found = verdict(two)
    if found is None:
        return
    if abs(gain) <= 100 * found.chance:
        text = _(
            "With one seed and {images:,} test images, up to {chance:.1f} points may be chance: of this gain one "
            "cannot be sure.",
            images=found.images,
            chance=100 * found.chance,
        )
    else:
        text = _(
            "With {images:,} test images, up to {chance:.1f} points may be chance: this gain is more.",
            images=found.images,
            chance=100 * found.chance,
        )
    note(text)


def _doubts(trials: Trials, gains: dict[str, float]) -> None:
    """Why a change that made it worse may have done so."""
    for one, gain in gains.items():
        (choice,) = trials.recipes[one].augmentation or (Choice(name="none"),)
        doubt = doubtful(choice, dataset_facts(trials.recipes[one].dataset)) if choice.name in AUGMENTATIONS else None
        if gain < 0 and doubt is not None:
            st.markdown(
                _("**{name}, {gain:+.1f} points:** {why}", name=literal(trials.labels[one]), gain=gain, why=_(doubt))
            )
