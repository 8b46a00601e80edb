"""Whether recipes can be trained here; if not, why, and the click that brings what is missing: weights, or the data."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.errors import InputError, MissingDataError, MissingWeightsError
from imgcls.recipe import Recipe
from imgcls.training.check import check_recipe
from pages.components.missing_data import data_notice
from pages.components.notices import literal, show_error, strong
from pages.components.weights import weights_notice
from pages.components.words import _

#: What the page can bring.
Missing = MissingWeightsError | MissingDataError


def checked(recipe: Recipe) -> None:
    """As `check_recipe`; says so where that has to read the files of a data set, which takes some seconds, once.

    Raises:
        InputError: it cannot be trained.
    """
    name = recipe.dataset.name
    wanted = DATASETS.get(name).download if name in DATASETS else None
    if wanted is None or not wanted.is_unread():
        check_recipe(recipe)
        return
    with st.spinner(_("Reading the files of {name}, this once …", name=name)):
        check_recipe(recipe)


def what_is_missing(recipe: Recipe) -> Missing | None:
    """What has to be downloaded before this can be trained; None: nothing."""
    try:
        checked(recipe)
    except (MissingWeightsError, MissingDataError) as error:
        return error
    except InputError:  # the form says it
        return None
    return None


def missing_notice(missing: Missing) -> None:
    """What is missing and the click that brings it, or how far that is."""
    if isinstance(missing, MissingWeightsError):
        weights_notice(missing)
    else:
        data_notice(missing)


def can_train(recipes: Iterable[Recipe], title: str = "") -> bool:
    """Whether all of them can be trained; if not, the page says why, and offers what is missing.

    Args:
        recipes: of one comparison.
        title: stands above what is said: which of several it is about.
    """
    try:
        for recipe in recipes:
            checked(recipe)
    except InputError as error:
        if title:
            strong(literal(title))
        if isinstance(error, Missing):
            missing_notice(error)
        else:
            show_error(error)
        return False
    return True
