"""Before Start: what is about to be trained, how large it is, and how long it will take."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.datasets import DATASETS, load, split_indices
from imgcls.errors import ImgclsError
from imgcls.images import enlarge
from imgcls.recipe import Recipe
from imgcls.training.timing import Timing, estimated_seconds
from pages.components.answers import ask, look_again
from pages.components.durations import duration
from pages.components.notices import show_error
from pages.components.picture import show_picture
from pages.components.words import _


def preview(recipe: Recipe) -> None:
    """Sizes and time, sample images, and the network's text."""
    dataset, architecture = DATASETS.get(recipe.dataset.name), ARCHITECTURES.get(recipe.architecture.name)
    _numbers(recipe)
    st.subheader(_(architecture.title))
    st.markdown(_(architecture.summary))
    st.caption(architecture.paper)
    st.subheader(_(dataset.title))
    st.markdown(_(dataset.summary))
    samples = _samples(recipe.dataset.model_dump_json(), recipe)
    show_picture(samples, _("Training images of each class"), _parts(recipe))


def _numbers(recipe: Recipe) -> None:
    """Parameters and estimated time; measured by the inference worker the first time a recipe is seen."""
    try:
        answer = ask("measure", "measure", recipe=recipe.model_dump(mode="json"))
    except ImgclsError as error:
        show_error(error)
        return
    timing = Timing(**answer.facts) if answer else None
    count = -(-round(DATASETS.get(recipe.dataset.name).size * recipe.split.train) // recipe.training.batch_size)
    with st.container(horizontal=True, gap="large"):
        st.metric(_("Parameters"), f"{timing.parameters:,}" if timing else "…", width=150)
        st.metric(_("Steps"), f"{count * recipe.training.epochs:,}", width=110)
        st.metric(_("Estimated time"), duration(estimated_seconds(recipe, timing)) if timing else "…", width=170)
    if timing is None:
        look_again("measure")


@st.cache_data(show_spinner=False, max_entries=32)
def _samples(name: str, _recipe: Recipe, across: int = 20) -> np.ndarray:
    """Some training images of each class side by side, uint8 (h, w, c)."""
    images = load(_recipe.dataset)
    train = split_indices(images.labels, _recipe.split, _recipe.seed).train
    classes = [train[images.labels[train] == label] for label in range(len(images.class_names))]
    each = max(1, across * 2 // len(classes))
    chosen = np.concatenate([members[:each] for members in classes])
    rows = [np.concatenate(list(images.images[row]), axis=1) for row in chosen.reshape(-1, across)]
    return enlarge(np.concatenate(rows, axis=0).squeeze(), 1120)


def _parts(recipe: Recipe) -> str:
    size, split = DATASETS.get(recipe.dataset.name).size, recipe.split
    return _(
        "{train:,} images to train on, {validation:,} to validate each epoch, {test:,} kept for the test at the end.",
        train=round(size * split.train),
        validation=round(size * split.validation),
        test=round(size * split.test),
    )
