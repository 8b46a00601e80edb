"""The race: one deep network in four variants, without and with batch norm and skip connections, all else equal.

A race is nothing but its four runs: it is known by their identifiers, and what it is, is read off their recipes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from imgcls.architectures import architecture_options, parameter_count
from imgcls.architectures.resnet import DEPTHS as RESNET_DEPTHS
from imgcls.architectures.resnet import ResNetOptions
from imgcls.datasets import dataset_facts
from imgcls.errors import InputError, UnknownNameError
from imgcls.language import N_, Translate
from imgcls.recipe import Choice, Optimizer, Recipe, Training
from imgcls.runs import Curve, Gradients, Run
from imgcls.trials import loss_of_guessing, run_or_none

#: Deeper ones take longer than a lesson.
DEPTHS = tuple(depth for depth in RESNET_DEPTHS if depth <= 56)
DEFAULT_DEPTH = 32
MOST_EPOCHS = 10
#: What a race begins with, but for its architecture.
DEFAULT = Recipe(training=Training(epochs=3, batch_size=32, optimizer=Optimizer(name="adam", learning_rate=0.001)))

#: A loss above this share of the one of guessing has not begun to fall.
_STILL_GUESSING = 0.97
#: Two losses are level if they differ by no more than this: a share of the smaller, and an amount.
_LEVEL = (0.05, 0.005)


class Variant(StrEnum):
    """A lane of the race; its value is its name in a link."""

    NEITHER = "neither"
    BATCH_NORM = "batch-norm"
    SKIP = "skip"
    BOTH = "both"

    @property
    def batch_norm(self) -> bool:
        return self in (Variant.BATCH_NORM, Variant.BOTH)

    @property
    def skip(self) -> bool:
        return self in (Variant.SKIP, Variant.BOTH)

    def architecture(self, depth: int) -> Choice:
        """The network of this variant; with both or one of the switches as its family has it."""
        name = f"{'resnet' if self.skip else 'plain'}-{depth}"
        return Choice(name=name) if self.batch_norm else Choice(name=name, batch_norm=False)


#: What the page calls them, beside their lines.
VARIANT_WORDS = {
    Variant.NEITHER: N_("neither"),
    Variant.BATCH_NORM: N_("batch norm"),
    Variant.SKIP: N_("skip"),
    Variant.BOTH: N_("both"),
}


#: How a sentence about one of them begins.
VARIANT_OPENINGS = {
    Variant.NEITHER: N_("Without either"),
    Variant.BATCH_NORM: N_("With batch norm alone"),
    Variant.SKIP: N_("With skip connections alone"),
    Variant.BOTH: N_("With both"),
}
#: What one block of them is made of.
VARIANT_BLOCKS = {
    Variant.NEITHER: N_("Two convolutions, one after the other."),
    Variant.BATCH_NORM: N_("Two convolutions, batch norm after each."),
    Variant.SKIP: N_("Two convolutions; what came in goes past them and is added at the end."),
    Variant.BOTH: N_("Two convolutions, batch norm after each; what came in goes past them and is added at the end."),
}


def race_recipes(depth: int, base: Recipe = DEFAULT) -> dict[Variant, Recipe]:
    """The recipes of a race: `base` with another network in each, all of `depth` layers with kernels."""
    return {variant: base.model_copy(update={"architecture": variant.architecture(depth)}) for variant in Variant}


def race_title(depth: int, variant: Variant, translate: Translate = str) -> str:
    """What the run of a lane is called."""
    return translate(N_("Lab, {depth} layers: {name}")).format(depth=depth, name=translate(VARIANT_WORDS[variant]))


def lane(recipe: Recipe) -> tuple[int, Variant] | None:
    """Depth and variant of a recipe; None if its network is in no race."""
    found = re.fullmatch(r"(?:plain|resnet)-([0-9]+)", recipe.architecture.name)
    options = architecture_options(recipe.architecture) if found else None
    if not found or not isinstance(options, ResNetOptions):
        return None
    both = (options.batch_norm, options.skip)
    return int(found[1]), next(variant for variant in Variant if (variant.batch_norm, variant.skip) == both)


def added_parameters(depth: int, recipe: Recipe) -> tuple[int, int, int]:
    """Parameters of the network with neither; what batch norm adds to them; what skip connections add."""
    dataset = dataset_facts(recipe.dataset)
    shape, classes = dataset.image_shape, len(dataset.class_names)
    count = {variant: parameter_count(variant.architecture(depth), shape, classes) or 0 for variant in Variant}
    least = count[Variant.NEITHER]
    return least, count[Variant.BATCH_NORM] - least, count[Variant.SKIP] - least


@dataclass(frozen=True)
class Race:
    """Four runs.

    Args:
        ids: of the four, also of those that have been deleted.
        runs: those that are there, in the order of the variants.
        depth: of all four networks.
        recipe: of one of them; the others differ from it in their network only.
    """

    ids: tuple[str, ...]
    runs: dict[Variant, Run]
    depth: int
    recipe: Recipe

    @property
    def deleted(self) -> list[Variant]:
        return [variant for variant in Variant if variant not in self.runs]


def race_of(ids: Iterable[str]) -> Race:
    """The race of these four runs, in any order. Some of them may have been deleted meanwhile.

    Raises:
        UnknownNameError: something is no identifier of a run, or all four are gone.
        InputError: they are not four, or no race.
    """
    asked = tuple(ids)
    if len(asked) != len(Variant):
        raise InputError(
            N_("Expected the identifiers of the four runs of a race, with commas between them. Received: {count}."),
            count=len(asked),
        )
    found = [run for identifier in asked if (run := run_or_none(identifier))]
    if not found:
        raise UnknownNameError(N_("None of the four runs of this race is there any more."))
    recipes = [run.recipe for run in found]
    lanes = [lane(recipe) for recipe in recipes]
    depths = {one[0] for one in lanes if one}
    alike = {recipe.model_copy(update={"architecture": Choice(name="any")}).hash() for recipe in recipes}
    runs = {one[1]: run for one, run in zip(lanes, found, strict=True) if one}
    if len(runs) != len(found) or len(depths) != 1 or len(alike) != 1:
        raise InputError(
            N_("These runs are no race: they must differ in batch norm and skip connections, and in nothing else.")
        )
    ordered = {variant: runs[variant] for variant in Variant if variant in runs}
    return Race(asked, ordered, depths.pop(), recipes[0])


@dataclass(frozen=True)
class Finish:
    """How a race stands after the last epoch that all have ended.

    Args:
        epoch: the number of that epoch.
        losses: mean training loss over it, in nats; the lowest first.
        ahead: who has the lowest, and whoever is level with it.
        guessing: who has not begun to learn: the loss is still that of guessing.
    """

    epoch: int
    losses: dict[Variant, float]
    ahead: tuple[Variant, ...]
    guessing: tuple[Variant, ...]


def finish_of(curves: Mapping[Variant, Curve]) -> Finish | None:
    """Who is ahead; whoever ended no epoch is left out. None if nobody has ended one."""
    epochs = {variant: [line for line in curve.epochs if not line.get("partial")] for variant, curve in curves.items()}
    running = {variant: lines for variant, lines in epochs.items() if lines}
    if not running:
        return None
    epoch = min(lines[-1]["epoch"] for lines in running.values())
    found = {
        variant: line["loss"] if math.isfinite(line["loss"]) else math.inf
        for variant, lines in running.items()
        for line in lines
        if line["epoch"] == epoch
    }
    losses = dict(sorted(found.items(), key=lambda pair: pair[1]))
    best = min(losses.values())
    level = best * (1 + _LEVEL[0]) + _LEVEL[1]
    guess = {variant: _STILL_GUESSING * loss_of_guessing(curve) for variant, curve in curves.items()}
    return Finish(
        epoch=epoch,
        losses=losses,
        ahead=tuple(variant for variant, loss in losses.items() if loss <= level),
        guessing=tuple(variant for variant, loss in losses.items() if loss >= guess[variant]),
    )


def most_and_least_even(gradients: Mapping[Variant, Gradients]) -> list[Variant]:
    """In which network the first and the last layer's gradients differ most, and in which least; or one, or none."""
    uneven = {variant: _unevenness(one.last_by_first) for variant, one in gradients.items()}
    order = sorted((variant for variant, value in uneven.items() if not math.isnan(value)), key=lambda v: -uneven[v])
    return [order[0], order[-1]] if len(order) > 1 else order


def far_apart(gradients: Mapping[Variant, Gradients], times: float = 10.0) -> tuple[Variant, Variant, float] | None:
    """In which network the first layer's gradient is the strongest, in which the weakest, and how many times.

    None if that is fewer than `times`. Networks whose first layer has no gradient, or no finite one, are left out.
    """
    first = {variant: float(one.norms[0]) for variant, one in gradients.items() if one.drawable[0]}
    if not first:
        return None
    strongest, weakest = max(first, key=lambda v: first[v]), min(first, key=lambda v: first[v])
    ratio = first[strongest] / first[weakest]
    return (strongest, weakest, ratio) if ratio >= times else None


def _unevenness(ratio: float) -> float:
    return math.inf if ratio == 0 else abs(math.log(ratio))
