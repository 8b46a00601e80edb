"""What has to be downloaded before a recipe can be trained: weights, or the data set."""

from __future__ import annotations

from imgcls.errors import InputError, MissingDataError, MissingWeightsError
from imgcls.recipe import Recipe
from imgcls.training.check import check_recipe
from pages.components.missing_data import data_notice
from pages.components.weights import weights_notice

#: What the page can bring.
Missing = MissingWeightsError | MissingDataError


def what_is_missing(recipe: Recipe) -> Missing | None:
    """What has to be downloaded before this can be trained; None: nothing."""
    try:
        check_recipe(recipe)
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
