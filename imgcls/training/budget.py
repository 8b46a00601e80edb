"""A recipe that takes too long, made to fit: which one thing can be cut, by how much, and what it then costs.

A proposal changes one thing only, so that a person sees what the minutes are paid with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from imgcls.architectures import architecture_options, possible
from imgcls.recipe import Choice, Recipe
from imgcls.training.sizes import part_sizes
from imgcls.training.timing import Timing, estimated_seconds

#: Shares of the training images that are tried, the largest first.
SHARES = (0.75, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
#: A batch is made this many times larger, and an epoch keeps at least so many steps.
LARGER, LEAST_STEPS = 4, 8
#: By network, the option that makes it smaller when it is halved.
HALVED = {
    "mlp": "width",
    "convnext": "width",
    "densenet": "growth",
    "mobilenet-v2": "width",
    "vit-tiny": "depth",
    "efficientnet-lite0": "side",
}
_MEMBER = re.compile(r"(plain|resnet)-(\d+)")

Kind = Literal["epochs", "subset", "batch", "network"]


@dataclass(frozen=True)
class Plan:
    """One way to fit.

    Args:
        kind: what is changed.
        recipe: with the change, and nothing else changed.
        seconds: its estimate.
    """

    kind: Kind
    recipe: Recipe
    seconds: float


def affordable_epochs(recipe: Recipe, timing: Timing, seconds: float) -> int:
    """How many epochs there is time for; 0: not even for one."""
    one = estimated_seconds(_with(recipe, epochs=1), timing)
    each = estimated_seconds(_with(recipe, epochs=2), timing) - one
    return 0 if one > seconds else 1 + int((seconds - one) / max(each, 1e-9))


def shorter(recipe: Recipe, timing: Timing, seconds: float) -> list[Plan]:
    """What fits by looking at less: fewer epochs, or a share of the images. Their steps cost what is measured."""
    plans = []
    epochs = affordable_epochs(recipe, timing, seconds)
    if 0 < epochs < recipe.training.epochs:
        plans.append(_plan("epochs", _with(recipe, epochs=epochs), timing))
    for share in SHARES:
        fewer = recipe.model_copy(update={"subset": share})
        if share < recipe.subset and estimated_seconds(fewer, timing) <= seconds:
            return [*plans, _plan("subset", fewer, timing)]
    return plans


def faster(recipe: Recipe) -> Iterator[tuple[Kind, Recipe]]:
    """What may fit by costing less: a larger batch, a smaller network. Whether it does must be measured."""
    batch = LARGER * recipe.training.batch_size
    if part_sizes(recipe)[0] >= LEAST_STEPS * batch:
        yield "batch", _with(recipe, batch_size=batch)
    smaller = smaller_network(recipe.architecture)
    if smaller is not None:
        yield "network", recipe.model_copy(update={"architecture": smaller})


def smaller_network(choice: Choice) -> Choice | None:
    """The same kind of network at about half its size; None where there is none.

    >>> smaller_network(Choice(name="resnet-56")).name
    'resnet-26'
    """
    if member := _MEMBER.fullmatch(choice.name):
        thirds = (int(member[2]) - 2) // 6 // 2
        return Choice(name=f"{member[1]}-{6 * thirds + 2}", **choice.options) if thirds else None
    if choice.name == "cnn":
        return _smaller_blocks(choice)
    if choice.name == "seed-cnn":
        return Choice(name="lenet-5")
    option = "side" if choice.name.startswith("applications/") else HALVED.get(choice.name)
    if option is None:
        return None
    value = getattr(architecture_options(choice), option)
    return possible(Choice(name=choice.name, **{**choice.options, option: type(value)(value / 2)}))


def _smaller_blocks(choice: Choice) -> Choice | None:
    options: Any = architecture_options(choice)
    blocks = [block.model_copy(update={"width": block.width // 2}).model_dump() for block in options.blocks]
    return possible(Choice(name="cnn", **{**choice.options, "blocks": blocks, "dense": options.dense // 2}))


def _plan(kind: Kind, recipe: Recipe, timing: Timing) -> Plan:
    return Plan(kind, recipe, estimated_seconds(recipe, timing))


def _with(recipe: Recipe, **changes: Any) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})
