"""The balance strategies: what is done about rare classes while a network is trained. No Keras here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from imgcls.language import N_
from imgcls.recipe import Choice, Recipe, refusal
from imgcls.registry import Options, Registry

MISSING_BALANCE = N_("There is no balance strategy “{name}”. Expected one of: {known}.")


@dataclass(frozen=True)
class Plan:
    """What a strategy changes, for classes of known size. What is None stays as it is.

    Args:
        drawn: int64 (classes,), images of each class that an epoch sees.
        weights: float64 (classes,), factor of each image's loss.
        gamma: of the focal loss that takes the cross-entropy's place.
        augmented: bool (classes,), whose images alone are augmented.
    """

    drawn: np.ndarray | None = None
    weights: np.ndarray | None = None
    gamma: float | None = None
    augmented: np.ndarray | None = None


@dataclass(frozen=True)
class Balance:
    """A registered strategy.

    Args:
        name: as typed on the command line.
        title: what people call it.
        paper: authors, year, title, link; empty: older than any paper.
        summary: what it does, marked with `N_`.
        formula: exactly, with n images, k classes and n_c images of class c, marked with `N_`.
        plan: options and images of each class, int64 (classes,) → what changes.
        options: what can be chosen.
        augments: whether it augments images, also where the recipe names no augmentation.
    """

    name: str
    title: str
    paper: str
    summary: str
    formula: str
    plan: Callable[[Any, np.ndarray], Plan]
    options: type[Options] = Options
    augments: bool = False


BALANCES: Registry[Balance] = Registry(MISSING_BALANCE)
#: What is augmented with, where a strategy augments and the recipe names nothing.
USUAL_AUGMENTATION = (Choice(name="affine"),)


def balance_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the strategy's own model.

    Raises:
        UnknownNameError: no such strategy.
        RecipeError: an option is unknown or out of range.
    """
    try:
        return BALANCES.get(choice.name).options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix="balance") from None


def balance_plan(choice: Choice, labels: np.ndarray, classes: int) -> Plan:
    """What the chosen strategy changes for these training labels, int64 (n,).

    Raises:
        UnknownNameError, RecipeError: as `balance_options`.
    """
    return BALANCES.get(choice.name).plan(balance_options(choice), np.bincount(labels, minlength=classes))


def augmentation_of(recipe: Recipe) -> tuple[Choice, ...]:
    """The augmentations that a recipe's images go through, those of its balance strategy included."""
    if BALANCES.get(recipe.balance.name).augments and not recipe.augmentation:
        return USUAL_AUGMENTATION
    return recipe.augmentation
