"""Overfitting made on purpose: few images and a large network, and one remedy at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from imgcls.coach.history import History
from imgcls.coach.rules import overfitting
from imgcls.language import N_
from imgcls.recipe import Choice, Optimizer, Recipe, Training

#: One in twenty of 3,500 training images, for a network of 820,000 weights: five seconds on two cores. With fewer the
#: gap is wider, but the validation loss only stands still instead of rising.
BASE = Recipe(
    subset=0.05,
    architecture=Choice(name="cnn", dense=256),
    training=Training(epochs=40, batch_size=32, optimizer=Optimizer(name="adam", learning_rate=0.001)),
)
#: Keras's own for AdamW, which is what a recipe with `adamw` is trained with.
WEIGHT_DECAY = 0.004


class Remedy(StrEnum):
    """What is changed, one thing at a time; its value is its name in the session."""

    NONE = "none"
    IMAGES = "images"
    AUGMENTATION = "augmentation"
    DROPOUT = "dropout"
    DECAY = "weight-decay"
    STOPPING = "early-stopping"
    SMALLER = "smaller"


REMEDY_WORDS = {
    Remedy.NONE: N_("as it is"),
    Remedy.IMAGES: N_("four times the images"),
    Remedy.AUGMENTATION: N_("augmentation"),
    Remedy.DROPOUT: N_("dropout"),
    Remedy.DECAY: N_("weight decay"),
    Remedy.STOPPING: N_("early stopping"),
    Remedy.SMALLER: N_("a smaller network"),
}


def remedied(remedy: Remedy, base: Recipe = BASE) -> Recipe:
    """`base` with one thing changed; data set, split and seed stay, so that all are validated on the same images."""
    training = base.training
    changes: dict[Remedy, dict[str, object]] = {
        Remedy.NONE: {},
        Remedy.IMAGES: {"subset": min(1.0, 4 * base.subset)},
        Remedy.AUGMENTATION: {"augmentation": (Choice(name="affine"),)},
        Remedy.DROPOUT: {"architecture": Choice(name="cnn", **{**base.architecture.options, "dropout": 0.5})},
        Remedy.DECAY: {
            "training": training.model_copy(
                update={"optimizer": training.optimizer.model_copy(update={"name": "adamw"})}
            )
        },
        Remedy.STOPPING: {"training": training.model_copy(update={"early_stopping": 3})},
        Remedy.SMALLER: {"architecture": Choice(name="cnn", blocks=[{"width": 8}, {"width": 16}], dense=0)},
    }
    return base.model_copy(update=changes[remedy])


@dataclass(frozen=True)
class Gap:
    """Training and validation where training ended.

    Args:
        training, validation: accuracies, 0 to 1: mean over the last epoch's batches, and after it.
        loss, val_loss: the same as cross-entropy, in nats.
        since: the epoch from which the validation loss rises, as the coach sees it; None: it does not.
        epochs: how many there were.
    """

    training: float
    validation: float
    loss: float
    val_loss: float
    since: int | None
    epochs: int

    @property
    def points(self) -> float:
        """Between the accuracies, in points of a hundred."""
        return 100 * (self.training - self.validation)

    @property
    def nats(self) -> float:
        """Between the losses: moves on where accuracies stand still."""
        return self.val_loss - self.loss


def gap_of(seen: History, recipe: Recipe) -> Gap | None:
    """The gap at the end of a run; None before its first whole epoch."""
    if not seen.epochs:
        return None
    found = overfitting(seen, recipe)
    last = (seen.accuracy[-1], seen.val_accuracy[-1], seen.loss[-1], seen.val_loss[-1])
    training, validation, loss, val_loss = (float(value) for value in last)
    return Gap(training, validation, loss, val_loss, None if found is None else found.first, seen.epochs)


def closed(base: Gap, other: Gap) -> float:
    """The share of the gap between the losses that a remedy closed: 1 all of it, 0 nothing, below 0: it is wider."""
    return 1 - other.nats / base.nats if base.nats > 0 else 0.0


def left_by_decay(rate: float, steps: int, decay: float = WEIGHT_DECAY) -> float:
    """What decoupled weight decay alone leaves of a weight: (1 − η·λ)^t.

    Loshchilov, Hutter 2019, arxiv.org/abs/1711.05101.

    Example:
        >>> round(left_by_decay(0.1, 2, 0.5), 4)
        0.9025
    """
    return float((1 - rate * decay) ** steps)
