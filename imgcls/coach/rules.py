"""The rules, the most urgent first. Thresholds are ours; each stands beside its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from imgcls.coach import experiments as then
from imgcls.coach.advice import Advice
from imgcls.coach.caution import too_few_images, validation_easier
from imgcls.coach.collapse import collapse
from imgcls.coach.history import History
from imgcls.language import N_
from imgcls.recipe import Recipe

Rule = Callable[[History, Recipe], Advice | None]


def divergence(seen: History, recipe: Recipe) -> Advice | None:
    """The training loss is not finite or above twice that of guessing: at the end, or before and nothing learned."""
    bad = ~np.isfinite(seen.loss) | (seen.loss > 2 * seen.guessing)
    if not bad.any():
        return None
    at_the_end = bool(bad[-1])
    if not at_the_end and seen.has_learned:
        return None
    still = N_(
        "From epoch {first} on the loss is far above that of guessing ({guessing:.2f}): the steps are so large "
        "that they lead away from the goal. A smaller learning rate nearly always mends this."
    )
    before = N_(
        "In epoch {first} the loss shot far above that of guessing ({guessing:.2f}), and the network has learned "
        "nothing since: the steps are too large. A smaller learning rate nearly always mends this."
    )
    first = int(np.argmax(bad)) + 1
    return Advice(
        "divergence",
        N_("It diverges"),
        still if at_the_end else before,
        {"first": first, "guessing": seen.guessing},
        first,
        seen.epochs,
        (then.with_rate(recipe, 0.1), then.with_rate(recipe, 0.01)),
    )


def not_learning(seen: History, recipe: Recipe) -> Advice | None:
    """After two epochs or more no epoch's training loss is below 0.97 of that of guessing."""
    if seen.epochs < 2:
        return None
    if seen.has_learned or divergence(seen, recipe):
        return None
    rate = recipe.training.optimizer.learning_rate
    low = rate < (0.001 if recipe.training.optimizer.name == "sgd" else 1e-4)
    values = {"rate": rate, "guessing": seen.guessing, "epochs": seen.epochs}
    if low:
        return Advice(
            "learning rate too low",
            N_("The learning rate is too low"),
            N_(
                "After {epochs} epochs the loss is still that of guessing ({guessing:.2f}). With a learning rate of "
                "{rate:g} the steps are so small that nothing moves."
            ),
            values,
            1,
            seen.epochs,
            (then.with_rate(recipe, 10), then.with_rate(recipe, 100)),
        )
    return Advice(
        "not learning",
        N_("It does not learn"),
        N_(
            "After {epochs} epochs the loss is still that of guessing ({guessing:.2f}). The learning rate {rate:g} may "
            "be too high for this network, or the signal does not get through its layers."
        ),
        values,
        1,
        seen.epochs,
        (then.with_rate(recipe, 0.1), then.with_network(recipe, "seed-cnn", "lenet-5")),
    )


def unstable(seen: History, recipe: Recipe) -> Advice | None:
    """Twice or more an epoch's training loss is above 1.15 of the one before, and above 0.05 of that of guessing."""
    if seen.epochs < 4 or not np.isfinite(seen.loss).all():
        return None
    jumps = (seen.loss[1:] > 1.15 * seen.loss[:-1]) & (seen.loss[1:] > 0.05 * seen.guessing)
    if jumps.sum() < 2 or seen.loss[-1] > 2 * seen.guessing:
        return None
    places = np.flatnonzero(jumps) + 2
    return Advice(
        "learning rate too high",
        N_("The learning rate is too high"),
        N_(
            "The training loss jumps up again and again ({count} times, first in epoch {first}): the steps overshoot. "
            "With smaller ones it would come down and stay."
        ),
        {"count": int(jumps.sum()), "first": int(places[0])},
        int(places[0]),
        int(places[-1]),
        (then.with_rate(recipe, 0.3), then.with_schedule(recipe)),
    )


def overfitting(seen: History, recipe: Recipe) -> Advice | None:
    """Since its least value the validation loss rose by a tenth and by 0.02, over two epochs, as training loss fell."""
    if seen.epochs < 4 or not np.isfinite(seen.val_loss).all() or not seen.has_learned:
        return None
    best = int(np.argmin(seen.val_loss))
    if seen.epochs - 1 - best < 2:
        return None
    now = float(seen.val_loss[-2:].min())  # one bad epoch is none
    rose = now > 1.1 * seen.val_loss[best] and now > seen.val_loss[best] + 0.02
    if not rose or not seen.loss[-1] < 0.9 * seen.loss[best]:
        return None
    augmented = bool(recipe.augmentation)
    return Advice(
        "overfitting",
        N_("It learns by heart"),
        N_(
            "Since epoch {first} the validation loss rises ({low:.2f} → {high:.2f}) while the training loss still "
            "falls: it remembers the training images instead of what they have in common (overfitting)."
        ),
        {"first": best + 1, "low": float(seen.val_loss[best]), "high": now},
        best + 1,
        seen.epochs,
        (
            then.with_patience(recipe) if augmented else then.with_augmentation(recipe),
            then.with_epochs(recipe, best + 1),
        ),
    )


def unfinished(seen: History, recipe: Recipe) -> Advice | None:
    """At the end both losses still fell by more than 3 % in each of the last two epochs."""
    if not seen.is_over or seen.epochs < 3 or not np.isfinite([seen.loss, seen.val_loss]).all():
        return None
    if not seen.has_learned or seen.val_accuracy[-1] > 0.99:
        return None
    falls = [(values[-2:] < 0.97 * values[-3:-1]).all() for values in (seen.loss, seen.val_loss)]
    if not all(falls):
        return None
    return Advice(
        "underfitting",
        N_("It could go on"),
        N_(
            "When training ended, both losses were still falling: validation from {before:.2f} to {now:.2f} in the "
            "last two epochs. There was more to learn (underfitting)."
        ),
        {"before": float(seen.val_loss[-3]), "now": float(seen.val_loss[-1])},
        seen.epochs - 2,
        seen.epochs,
        (then.with_epochs(recipe, 2 * recipe.training.epochs), then.with_rate(recipe, 3)),
    )


def plateau(seen: History, recipe: Recipe) -> Advice | None:
    """In the last third, at least three epochs, neither loss got 2 % better, and training is below 97 %."""
    if seen.epochs < 6 or not np.isfinite([seen.loss, seen.val_loss]).all():
        return None
    tail = max(3, seen.epochs // 3)
    if not seen.has_learned or seen.accuracy[-1] > 0.97:
        return None
    still = [values[-tail:].min() > 0.98 * values[:-tail].min() for values in (seen.loss, seen.val_loss)]
    if not all(still):
        return None
    return Advice(
        "plateau",
        N_("Nothing more comes"),
        N_(
            "For {tail} epochs neither loss has become better, and only {accuracy:.0%} of the training images are "
            "right: more epochs of the same will not help. A falling learning rate or another network may."
        ),
        {"tail": tail, "accuracy": float(seen.accuracy[-1])},
        seen.epochs - tail + 1,
        seen.epochs,
        (then.with_schedule(recipe), then.with_network(recipe, "resnet-20", "densenet")),
    )


#: By name, the most urgent first.
RULES: dict[str, Rule] = {
    "divergence": divergence,
    "not learning": not_learning,
    "learning rate too high": unstable,
    "overfitting": overfitting,
    "underfitting": unfinished,
    "class collapse": collapse,
    "plateau": plateau,
    "validation easier": validation_easier,
    "too few images": too_few_images,
}


def advise(seen: History, recipe: Recipe) -> list[Advice]:
    """What the rules say of a curve, the most urgent first; nothing is a good sign.

    A next experiment that is this run again, because there is no more to have, is left out.
    """
    said = [found for rule in RULES.values() if (found := rule(seen, recipe)) is not None]
    return [
        replace(one, experiments=tuple(other for other in one.experiments if other.recipe != recipe)) for one in said
    ]
