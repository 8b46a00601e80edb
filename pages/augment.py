"""Augment: what augmentation does to the images, and whether it helps."""

from __future__ import annotations

import streamlit as st

from imgcls.augmentation import AUGMENTATIONS
from imgcls.trials import Trials
from pages.components.bench import bench_form, bench_pictures, explain_augmentations
from pages.components.bench_measure import PAGE, columns, keep_settings, measure_form, say_gap
from pages.components.frame import need_frame
from pages.components.trials import current_trials, watch_trials
from pages.components.words import _, listed


def page() -> None:
    need_frame()
    st.title(_("What does augmentation do to your images?"))
    trials = current_trials(PAGE)
    if trials is None:
        _bench()
    else:
        _measured(trials)


def _bench() -> None:
    settings, pictures = st.columns([3, 9], gap="large")
    with settings:
        recipe = bench_form()
    if recipe is None:
        return
    # the pictures ask first: one worker answers all questions, and to measure the time takes it a second or two
    with pictures:
        bench_pictures(recipe)
        explain_augmentations(recipe)
    with settings:
        measure_form(recipe)


def _measured(trials: Trials) -> None:
    chosen = [choice for recipe in trials.recipes.values() for choice in recipe.augmentation]
    names = dict.fromkeys(_(AUGMENTATIONS.get(choice.name).title) for choice in chosen)
    if names:
        st.markdown(_("Measured, with and without: **{names}**", names=listed(names)))
    watch_trials(PAGE, trials, columns=columns(), more=lambda standing: say_gap(), again=keep_settings)


page()
