"""Rules about how far a curve can be read at all: when validation looks easier, and when there are too few images."""

from __future__ import annotations

from imgcls.architectures import architecture_options
from imgcls.coach import experiments as then
from imgcls.coach.advice import Advice, Experiment
from imgcls.coach.history import History, half_interval
from imgcls.errors import InputError
from imgcls.language import N_
from imgcls.recipe import Recipe

#: Fewer test or validation images than this tell little.
FEW = 200


def validation_easier(seen: History, recipe: Recipe) -> Advice | None:
    """In the last three epochs validation accuracy is ahead of training by more than chance, and by two points."""
    if seen.epochs < 3:
        return None
    ahead = (seen.val_accuracy - seen.accuracy)[-3:]
    if not (ahead > max(0.02, seen.chance)).all():
        return None
    dropout = _dropout(recipe)
    longer = then.with_epochs(recipe, 2 * recipe.training.epochs)
    tried: tuple[Experiment, ...] = (longer,)
    if recipe.augmentation:
        text, tried = _EASIER_AUGMENTED, (longer, then.without_augmentation(recipe))
    elif dropout:
        text, tried = _EASIER_DROPOUT, (longer, then.with_dropout(recipe, dropout / 2))
    else:
        text = _EASIER_MEAN
    return Advice(
        "validation easier",
        N_("Validation looks easier than training"),
        text,
        {"points": 100 * float(ahead.mean()), "dropout": dropout},
        seen.epochs - 2,
        seen.epochs,
        tried,
    )


_EASIER_AUGMENTED = N_(
    "Validation is {points:.0f} points ahead of training. That is no mistake: augmentation makes the training images "
    "harder, and validation images come as they are."
)
_EASIER_DROPOUT = N_(
    "Validation is {points:.0f} points ahead of training. That is no mistake: dropout silences {dropout:.0%} of some "
    "neurons while the network learns, and none when it is validated."
)
_EASIER_MEAN = N_(
    "Validation is {points:.0f} points ahead of training. That is no mistake: the training accuracy is the mean over "
    "the epoch, while the network was still worse."
)


def _dropout(recipe: Recipe) -> float:
    """The share of neurons that a network silences before its last layer; 0 where it has no such option."""
    try:
        share = getattr(architecture_options(recipe.architecture), "dropout", 0.0)
    except InputError:  # registered no more
        return 0.0
    return float(share) if isinstance(share, int | float) else 0.0


def too_few_images(seen: History, recipe: Recipe) -> Advice | None:
    """With fewer than 200 test images, else validation images, chance alone moves an accuracy by about seven points."""
    if not seen.epochs:
        return None
    if 0 < seen.test_images < FEW:
        text, images = _FEW_TEST, seen.test_images
        tried = (then.with_test_share(recipe), then.with_seed(recipe))
    elif 0 < seen.validation_images < FEW:
        text, images = _FEW_VALIDATION, seen.validation_images
        tried = (then.with_test_share(recipe, validation=True), then.with_seed(recipe))
    else:
        return None
    return Advice(
        "too few images",
        N_("Too few images to tell"),
        text,
        {"images": images, "points": 100 * half_interval(images)},
        1,
        seen.epochs,
        tuple(one for one in tried if one is not None),
    )


_FEW_TEST = N_(
    "Only {images} test images: chance alone moves the test accuracy by up to ± {points:.0f} points. Small differences "
    "between networks mean nothing here; more seeds, or more images for the test, tell more."
)
_FEW_VALIDATION = N_(
    "Only {images} validation images: chance alone moves their accuracy by up to ± {points:.0f} points. Which epoch is "
    "the best is then partly luck."
)
