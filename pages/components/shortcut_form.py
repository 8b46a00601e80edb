"""Before the networks of the shortcut lab are trained: the pictures, the question, and Start."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.datasets import dataset_facts
from imgcls.images import enlarge
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Training
from imgcls.shortcut_lab import DEFAULT, REMEDY_WORDS, pairs, shortcut_recipes
from imgcls.trials import Trials
from pages.components.glossary import terms
from pages.components.missing import can_train
from pages.components.picture import show_picture
from pages.components.race_time import time_of_race
from pages.components.registered import registered_choice
from pages.components.trials import Trial, start_trials
from pages.components.words import _

#: Where the settings to begin with are kept: "new trials".
_START = "shortcut to start from"
_SHOWN = 8


def begin_shortcut_with(trials: Trials) -> None:
    """Fill the form with the settings of these trials when it is shown next."""
    st.session_state[_START] = next(iter(trials.recipes.values()))


def shortcut_form(page_key: str) -> None:
    settings, question = st.columns([3, 9], gap="large")
    with settings:
        recipe = _settings(page_key)
    with question:
        _question(page_key, recipe)


def _settings(page_key: str) -> Recipe:
    start: Recipe = st.session_state.get(_START, DEFAULT)
    key = f"{page_key} {start.hash()}"  # other settings to start from are another form
    architecture = registered_choice(_("Network"), ARCHITECTURES, start.architecture, f"{key} architecture")
    epochs = st.slider(_("Epochs"), 1, int(limit("epochs")), start.training.epochs, key=f"{key} epochs")
    images = st.select_slider(
        _("Pictures"), [500, 1000, 2000, 4000], start.dataset.options.get("images", 2000), key=f"{key} images"
    )
    seed = st.number_input(_("Seed"), 0, 2**31 - 1, start.seed, key=f"{key} seed")
    dataset = Choice(name="shortcut", **{**start.dataset.options, "images": int(images)})
    training = Training(**{**start.training.model_dump(), "epochs": epochs})
    more = {"architecture": architecture, "training": training, "seed": int(seed), "dataset": dataset}
    return start.model_copy(update=more)


def _question(page_key: str, recipe: Recipe) -> None:
    st.subheader(_("What will the network learn: the shape, or the mark?"))
    marked = dataset_facts(recipe.dataset).class_names[1]
    st.markdown(
        _(
            "Every {marked} for training and validation carries a small chequered mark. In the test none does. Nobody "
            "tells the network which of the two matters.",
            marked=marked,
        )
    )
    terms("shortcut", "validation", "cutout")
    show_samples(recipe.dataset)
    trials = [Trial(_(REMEDY_WORDS[remedy]), one) for remedy, one in shortcut_recipes(recipe).items()]
    if not can_train(trial.recipe for trial in trials):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train all three"), type="primary", key=f"start {page_key}"):
            start_trials(page_key, _("Shortcut"), trials)
        time_of_race(page_key, [trial.recipe for trial in trials])
    st.caption(
        _(
            "Three networks, the same seed and the same pictures. The first as it is. The second with Cutout, which "
            "hides a square of each picture and with it now and then the mark. The third on cleaned data, where the "
            "mark has been removed. Then you look at where each of them looks."
        )
    )


def show_samples(dataset: Choice) -> None:
    """Pictures as in training, and the same without the mark as in the test."""
    some = pairs(dataset, _SHOWN)
    for images, caption in (
        (some.marked, _("For training and validation: with the mark")),
        (some.clean, _("In the test: without it. All else is the same.")),
    ):
        show_picture(enlarge(np.concatenate(list(images), axis=1), 1024), caption, caption, width=900)
