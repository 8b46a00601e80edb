"""Next trainings that rules propose: one thing is changed at a time."""

from __future__ import annotations

from imgcls.architectures import ARCHITECTURES
from imgcls.augmentation import AUGMENTATIONS
from imgcls.coach.advice import Experiment
from imgcls.coach.larger import larger_network
from imgcls.language import N_
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Split

_HIGHEST_RATE, _MOST_EPOCHS = 10.0, 1000
#: The largest share of a data set that is taken for testing when there are too few test images.
_MOST_TEST = 0.4
#: Of all images, those that are not for training, at most.
_LEAST_LEFT = 0.8
#: What the presets use; `affine` moves, turns and scales a little.
_AUGMENTATION = "affine"


def with_rate(recipe: Recipe, factor: float) -> Experiment:
    """Another learning rate, rounded to one digit."""
    rate = float(f"{min(_HIGHEST_RATE, recipe.training.optimizer.learning_rate * factor):.1g}")
    optimizer = recipe.training.optimizer.model_copy(update={"learning_rate": rate})
    return Experiment(N_("Try a learning rate of {rate:g}"), _trained(recipe, optimizer=optimizer), {"rate": rate})


def with_epochs(recipe: Recipe, epochs: int) -> Experiment:
    count = max(1, min(_MOST_EPOCHS, int(limit("epochs")), epochs))
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


def without_augmentation(recipe: Recipe) -> Experiment:
    return Experiment(N_("Train without augmentation"), recipe.model_copy(update={"augmentation": ()}))


def with_dropout(recipe: Recipe, share: float) -> Experiment:
    """Another share of silenced neurons, for a network that has the option."""
    chosen = Choice(name=recipe.architecture.name, **{**recipe.architecture.options, "dropout": share})
    text = N_("Try a dropout of {share:g}")
    return Experiment(text, recipe.model_copy(update={"architecture": chosen}), {"share": share})


def with_all_images(recipe: Recipe) -> Experiment:
    return Experiment(N_("Train on all images"), recipe.model_copy(update={"subset": 1.0}))


def with_true_labels(recipe: Recipe) -> Experiment:
    return Experiment(N_("Train without label noise"), recipe.model_copy(update={"label_noise": 0.0}))


def with_test_share(recipe: Recipe, validation: bool = False) -> Experiment | None:
    """Twice the images for testing, or for validation, if training keeps some; None where there are no more to take."""
    split = recipe.split
    field, other = ("validation", split.test) if validation else ("test", split.validation)
    share = round(min(_MOST_TEST, 2 * getattr(split, field), _LEAST_LEFT - other), 3)
    if share <= getattr(split, field):
        return None
    text = N_("Keep {share:.0%} for validation") if validation else N_("Keep {share:.0%} for testing")
    changed = Split(**{**split.model_dump(), field: share})
    return Experiment(text, recipe.model_copy(update={"split": changed}), {"share": share})


def with_seed(recipe: Recipe) -> Experiment:
    """The next seed: another split, other first weights."""
    seed = recipe.seed + 1
    return Experiment(N_("Repeat it with seed {seed}"), recipe.model_copy(update={"seed": seed}), {"seed": seed})


def with_balance(recipe: Recipe, name: str) -> Experiment:
    """A strategy against rare classes."""
    text = N_("Weigh the classes") if name == "class-weights" else N_("Show rare images more often")
    return Experiment(text, recipe.model_copy(update={"balance": Choice(name=name)}))


def with_larger_network(recipe: Recipe) -> Experiment | None:
    """The next larger network of its kind; None where there is none."""
    larger = larger_network(recipe.architecture)
    if larger is None:
        return None
    chosen = recipe.model_copy(update={"architecture": larger})
    if "trainable_blocks" in larger.options:
        count = larger.options["trainable_blocks"]
        return Experiment(N_("Let {count} blocks of the body learn along"), chosen, {"count": count})
    text = N_("Take a larger network: {name}")
    return Experiment(text, chosen, {"name": ARCHITECTURES.get(larger.name).title})


def with_network(recipe: Recipe, name: str, otherwise: str) -> Experiment:
    """Another network; `otherwise` where it is this one already."""
    name = otherwise if recipe.architecture.name == name else name
    chosen = recipe.model_copy(update={"architecture": Choice(name=name)})
    return Experiment(N_("Try the network {name}"), chosen, {"name": name})


def _trained(recipe: Recipe, **changes: object) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})
