"""Small trainings within a lesson: used again where they are there already, else begun and watched here."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from imgcls.coach.history import history_of
from imgcls.errors import ImgclsError
from imgcls.lessons.reuse import known_runs
from imgcls.recipe import Recipe
from imgcls.runs import Curve, Run, get_run, read_curve
from imgcls.trials import title_of
from pages.components.coach import advice_of, bands_of
from pages.components.lanes import look, milestones, submit_all, tick
from pages.components.live import live
from pages.components.monitor import chart_of, progress_words, share_done, show_curves
from pages.components.notices import show_error
from pages.components.style import is_dark
from pages.components.trials import Trial, look_at_trials
from pages.components.words import _

#: Seconds between two looks; the whole training takes some ten.
_TICK = 0.8


def lesson_run(key: str, recipe: Recipe, title: str, label: str) -> tuple[Run, Curve] | None:
    """A complete run of this recipe, its curves shown; None while there is none, with the way to it.

    Args:
        key: names the run within the session.
        title: of the run; label: of the button that trains it; both translated.
    """
    known = known_runs([recipe]).get(recipe.hash())
    if known is None:
        if st.button(label, type="primary", key=f"{key} train") and submit_all([recipe], [title]) is not None:
            st.rerun()
        return None
    run = get_run(known.id)
    if known.status.is_active:
        _watch(run, key)
        return None
    curve = read_curve(run.folder)
    show_curves(curve, bands_of(advice_of(run, curve)))
    return (run, curve) if history_of(curve, is_over=True).epochs else None


def _watch(run: Run, key: str) -> None:
    standing = look({run.id: run}, key)
    st.fragment(_moving, run_every=tick(standing, _TICK))(run, key, _stands(run, milestones(standing)[0]))


def _moving(run: Run, key: str, seen: tuple[object, ...]) -> None:
    try:
        standing = look({run.id: run}, key)
        if not standing.runs or _stands(run, milestones(standing)[0]) != seen:
            st.rerun()
        curve = standing.curves[run.id]
        said = progress_words(run, standing.statuses[run.id], curve)
        live(said, share_done(curve), [], [chart_of(run, curve, "loss"), chart_of(run, curve, "accuracy")], is_dark())
    except ImgclsError as error:  # `app.py` catches nothing for a fragment
        show_error(error)


def _stands(run: Run, milestone: tuple[object, ...]) -> tuple[object, ...]:
    """Everything about it but the number of epochs: the lines move without the page."""
    return (run.id, *milestone[1:3])


def train_or_reuse(key: str, title: str, trials: Sequence[Trial]) -> None:
    """Train those that have not been trained, and look at all of them in their order.

    Args:
        key: names the trials within the session; title: of all of them, translated.
    """
    known = known_runs(one.recipe for one in trials)
    missing = [one for one in trials if one.recipe.hash() not in known]
    titles = [title_of(title, one.label) for one in missing]
    if missing and submit_all([one.recipe for one in missing], titles) is None:
        return
    runs = known_runs(one.recipe for one in trials)
    look_at_trials(key, [runs[one.recipe.hash()].id for one in trials])
    st.rerun()


def waiting_words() -> str:
    """What is said in place of a result that a training will bring."""
    return _("The result is said here as soon as the training has ended.")
