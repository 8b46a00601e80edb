"""The data set that is looked at, opened: its images, and what a training would make of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets import ImageSet, SplitIndices, load, split_indices
from imgcls.datasets.look import Look, look
from imgcls.datasets.statistics import unlikeness
from imgcls.errors import RecipeError
from imgcls.figures.sheet import Sheet, picture_sheet
from imgcls.recipe import Choice
from pages.components.data_choice import Asked
from pages.components.notices import show_error
from pages.components.words import _


def open_data(asked: Asked) -> Look:
    """The images with their parts, labels, corrections and noise.

    Where the data set cannot be divided that is said, and its images are shown all the same.

    Raises:
        MissingDataError: it has to be downloaded first.
        InputError: it cannot be read.
    """
    images = load(asked.dataset)
    try:
        drawn = _drawn(images, asked)
    except RecipeError as error:
        show_error(error)
        drawn = None
    return look(images, drawn, asked.corrections, asked.recipe.label_noise, asked.recipe.seed)


def _drawn(images: ImageSet, asked: Asked) -> SplitIndices:
    recipe = asked.recipe
    return split_indices(images.labels, recipe.split, recipe.seed, images.parts, images.class_names)


def pictures_of(asked: Asked, places: np.ndarray, tint: bool = False) -> Sheet:
    """The pictures at these places as one file; made once."""
    return _pictures(asked.key, tuple(places.tolist()), tint, asked.dataset)


# the arguments without an underscore are what the answer is known by: an array would be hashed at every look
@st.cache_data(show_spinner=False, max_entries=128)
def _pictures(key: str, places: tuple[int, ...], tint: bool, _dataset: Choice) -> Sheet:
    images = load(_dataset)
    some = np.array(places)
    return picture_sheet(images.images[some], images.masks[some] if tint and images.masks is not None else None)


def unlike(asked: Asked, seen: Look) -> np.ndarray:
    """How far each image is from the mean of its class as stored, float32 (n,); computed once."""
    with st.spinner(_("Comparing {count:,} images with the means of their classes …", count=len(seen.labels))):
        return _unlike(asked.key, seen)


@st.cache_data(show_spinner=False, max_entries=16)
def _unlike(key: str, _seen: Look) -> np.ndarray:
    return unlikeness(_seen.images)
