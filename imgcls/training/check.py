"""Refuse a recipe that makes no sense before anything is made for it. Needs no Keras."""

from __future__ import annotations

from contextlib import suppress

from imgcls.architectures import architecture_options, check_image_shape, parameter_count
from imgcls.architectures.applications import outlined
from imgcls.augmentation import augmentation_options
from imgcls.balance import balance_options
from imgcls.datasets import check_present, dataset_facts
from imgcls.datasets.corrections import read_corrections
from imgcls.datasets.imbalance import kept_shares
from imgcls.errors import MissingDataError, RecipeError
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import Recipe
from imgcls.training.pins import check_pins


def check_recipe(recipe: Recipe) -> None:
    """Check names, options, sizes and limits, and whether what others published is here.

    Raises:
        UnknownNameError: the data set, architecture or an augmentation is not registered, or corrections are not there.
        RecipeError: an option is out of range, the image size does not fit, a limit is exceeded, or an image to watch
            is no validation image.
        MissingWeightsError: weights have to be downloaded first.
        MissingDataError: all else is well, but the data set has to be downloaded first.
    """
    dataset = dataset_facts(recipe.dataset)
    architecture_options(recipe.architecture)
    _check_augmentation(recipe)
    balance_options(recipe.balance)
    kept_shares(recipe.imbalance, dataset.class_names)
    read_corrections(recipe.corrections, recipe.dataset)
    check_image_shape(recipe.architecture, dataset.image_shape)
    parameters = parameter_count(recipe.architecture, dataset.image_shape, len(dataset.class_names))
    if parameters is not None:
        check_parameters(parameters)
    for field, value in (("epochs", recipe.training.epochs), ("batch_size", recipe.training.batch_size)):
        most = int(limit(field))
        if value > most:
            raise RecipeError(
                N_("The setting “{field}” must be at most {bound}. Received: {value}"),
                field=f"training.{field}",
                bound=most,
                value=value,
            )
    check_present(recipe.dataset)  # late: nobody should download what cannot be trained on anyway
    check_pins(recipe)


def check_outline(recipe: Recipe) -> None:
    """As `check_recipe`, but what others published may have to be downloaded yet.

    What a network costs depends on no weights, and of the images on nothing but their shape and classes.
    """
    with outlined(), suppress(MissingDataError):
        check_recipe(recipe)


def _check_augmentation(recipe: Recipe) -> None:
    for choice in recipe.augmentation:
        augmentation_options(choice)


def check_parameters(parameters: int) -> None:
    """Refuse a network that is too large to train here.

    Raises:
        RecipeError: more parameters than the limit.
    """
    most = int(limit("parameters"))
    if parameters > most:
        raise RecipeError(
            N_("Expected a network of at most {most:,} parameters. Received: {parameters:,}."),
            most=most,
            parameters=parameters,
        )
