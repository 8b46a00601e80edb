"""What may make one confusion rarer: next trainings for a run that takes one class for another.

Nobody knows beforehand which of them helps: each changes one thing, and what it did is seen image by image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgcls.coach import experiments as then
from imgcls.coach.advice import Experiment
from imgcls.errors import InputError
from imgcls.language import N_
from imgcls.recipe import Recipe
from imgcls.training.check import check_recipe

#: A class with fewer than this share of the mean number of training images is rare.
RARE = 0.5


@dataclass(frozen=True)
class Remedy:
    """A next training, and why it may help: one sentence, marked for translation."""

    kind: str
    experiment: Experiment
    why: str


def remedies(recipe: Recipe, train_counts: Sequence[int] | None, true: int) -> list[Remedy]:
    """What can be tried for images of one class that are taken for another, the likeliest first.

    Args:
        recipe: of the run that takes them for it.
        train_counts: training images of each class; None: nobody knows.
        true: the place of the class whose images are mistaken.
    """
    found: list[Remedy] = []
    if recipe.label_noise:
        found.append(Remedy("labels", then.with_true_labels(recipe), _NOISE))
    if train_counts and train_counts[true] < RARE * sum(train_counts) / len(train_counts):
        found.append(Remedy("balance", then.with_balance(recipe, "class-weights"), _BALANCE))
    if recipe.subset < 1:
        found.append(Remedy("images", then.with_all_images(recipe), _IMAGES))
    if not recipe.augmentation:
        found.append(Remedy("augmentation", then.with_augmentation(recipe), _AUGMENTATION))
    found.append(Remedy("epochs", then.with_epochs(recipe, 2 * recipe.training.epochs), _EPOCHS))
    larger = then.with_larger_network(recipe)
    if larger is not None:
        found.append(Remedy("network", larger, _NETWORK))
    return [one for one in found if one.experiment.recipe != recipe and _makes_sense(one.experiment.recipe)]


def _makes_sense(recipe: Recipe) -> bool:
    try:
        check_recipe(recipe)
    except InputError:
        return False
    return True


_NOISE = N_("Some training labels are made wrong on purpose: a network that learns them confuses what they confuse.")
_BALANCE = N_("The class has few training images: mistakes on it hardly count while it learns.")
_IMAGES = N_("It learned from a part of the training images: the others show more ways that the class can look.")
_AUGMENTATION = N_("Moved, turned and scaled a little anew each time, the same images show more ways to look.")
_EPOCHS = N_("Classes that are alike are told apart last: it may not have had the time.")
_NETWORK = N_("A larger network can tell finer differences apart, where there are images enough to learn them from.")
