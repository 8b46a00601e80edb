"""Next trainings that rules propose: one thing is changed at a time."""

from __future__ import annotations

from imgcls.augmentation import AUGMENTATIONS
from imgcls.coach.advice import Experiment
from imgcls.language import N_
from imgcls.recipe import Choice, Recipe

_HIGHEST_RATE, _MOST_EPOCHS = 10.0, 1000
#: What the presets use; `affine` moves, turns and scales a little.
_AUGMENTATION = "affine"


def with_rate(recipe: Recipe, factor: float) -> Experiment:
    """Another learning rate, rounded to one digit."""
    rate = float(f"{min(_HIGHEST_RATE, recipe.training.optimizer.learning_rate * factor):.1g}")
    optimizer = recipe.training.optimizer.model_copy(update={"learning_rate": rate})
    return Experiment(N_("Try a learning rate of {rate:g}"), _trained(recipe, optimizer=optimizer), {"rate": rate})


def with_epochs(recipe: Recipe, epochs: int) -> Experiment:
    count = max(1, min(_MOST_EPOCHS, epochs))
    return Experiment(N_("Train for {epochs} epochs"), _trained(recipe, epochs=count), {"epochs": count})


def with_patience(recipe: Recipe, epochs: int = 3) -> Experiment:
    """Early stopping: Keras's own patience."""
    text = N_("Stop when {epochs} epochs bring nothing")
    return Experiment(text, _trained(recipe, early_stopping=epochs), {"epochs": epochs})


def with_schedule(recipe: Recipe) -> Experiment:
    return Experiment(N_("Let the learning rate fall (cosine)"), _trained(recipe, schedule="cosine"))


def with_augmentation(recipe: Recipe) -> Experiment:
    """A little movement; the images are then never quite the same twice."""
    chosen = (Choice(name=AUGMENTATIONS.get(_AUGMENTATION).name),)
    return Experiment(N_("Augment the images"), recipe.model_copy(update={"augmentation": chosen}))


def with_network(recipe: Recipe, name: str, otherwise: str) -> Experiment:
    """Another network; `otherwise` where it is this one already."""
    name = otherwise if recipe.architecture.name == name else name
    chosen = recipe.model_copy(update={"architecture": Choice(name=name)})
    return Experiment(N_("Try the network {name}"), chosen, {"name": name})


def _trained(recipe: Recipe, **changes: object) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})
