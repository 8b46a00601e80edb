"""What a race can try: one thing of a recipe in several values, all else equal.

An axis knows the values that a recipe can take along it; a race takes some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from imgcls.architectures import ARCHITECTURES, architecture_options
from imgcls.augmentation import AUGMENTATIONS
from imgcls.balance import BALANCES
from imgcls.errors import InputError
from imgcls.language import N_, Translate, said
from imgcls.recipe import Choice, Imbalance, Optimizer, Recipe

Group = Literal["network", "data", "training"]

#: With classes of one size every balance strategy does the same: the last of them keeps this share.
LONG_TAIL = Imbalance(kind="long-tail", ratio=0.05)
#: At which each optimizer is usually begun: one rate for all would be a race of rates.
USUAL_RATES = {"adam": 0.001, "adamw": 0.001, "rmsprop": 0.001, "sgd": 0.05}
_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
_SCHEDULES = {
    "constant": N_("constant rate"),
    "step": N_("rate in steps"),
    "cosine": N_("cosine"),
    "warmup-cosine": N_("warm-up and cosine"),
    "one-cycle": N_("one cycle"),
}


@dataclass(frozen=True)
class Value:
    """One value along an axis.

    Args:
        key: names it within its axis.
        label: one to three words, marked for translation, with the places of `values`.
        recipe: with this value, and nothing else changed.
    """

    key: str
    label: str
    recipe: Recipe
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        return said(self.label, self.values, translate)


@dataclass(frozen=True)
class Axis:
    """One thing that can be varied.

    Args:
        name: within all axes.
        title: what is tried, marked for translation.
        group: what it is a part of.
        values_of: recipe → all values that it can take; none where it has no such setting.
        usual: keys of those that are tried unless others are chosen.
        prepare: what all recipes of the race need so that this tells anything.
    """

    name: str
    title: str
    group: Group
    values_of: Callable[[Recipe], list[Value]]
    usual: tuple[str, ...]
    prepare: Callable[[Recipe], Recipe] = lambda recipe: recipe


# -- the network


def with_batch_norm(chosen: Choice, on: bool) -> Choice | None:
    """The network with batch norm everywhere or nowhere; None if it has no such switch."""
    try:
        options = architecture_options(chosen).model_dump(mode="json")
    except InputError:
        return None
    if "batch_norm" in options:
        return Choice(name=chosen.name, **{**chosen.options, "batch_norm": on})
    blocks = options.get("blocks")
    if not isinstance(blocks, list) or not all("batch_norm" in block for block in blocks):
        return None
    switched = [{**block, "batch_norm": on} for block in blocks]
    return Choice(name=chosen.name, **{**chosen.options, "blocks": switched})


def with_skip(chosen: Choice, on: bool) -> Choice | None:
    """The network with or without skip connections; None if it has no such switch."""
    try:
        if "skip" not in type(architecture_options(chosen)).model_fields:
            return None
    except InputError:
        return None
    return Choice(name=chosen.name, **{**chosen.options, "skip": on})


def with_switch(switch: Callable[[Choice, bool], Choice | None]) -> list[str]:
    """Names of the networks that have a switch, in the order of every list."""
    return [entry.name for entry in ARCHITECTURES if switch(Choice(name=entry.name), True) is not None]


def _switched(switch: Callable[[Choice, bool], Choice | None], on: str, off: str) -> Callable[[Recipe], list[Value]]:
    def values(recipe: Recipe) -> list[Value]:
        found = []
        for key, state, words in (("on", True, on), ("off", False, off)):
            network = switch(recipe.architecture, state)
            if network is not None:
                found.append(Value(key, words, recipe.model_copy(update={"architecture": network})))
        return found

    return values


# -- the data


def _augmentations(recipe: Recipe) -> list[Value]:
    own = [choice for choice in recipe.augmentation if len(recipe.augmentation) == 1]
    found = [Value("none", N_("not augmented"), recipe.model_copy(update={"augmentation": ()}))]
    if len(recipe.augmentation) > 1:
        found.append(Value("own", N_("augmented"), recipe))
    for entry in AUGMENTATIONS:
        choice = next((one for one in own if one.name == entry.name), Choice(name=entry.name))
        changed = recipe.model_copy(update={"augmentation": (choice,)})
        found.append(Value(entry.name, "{name}", changed, {"name": entry.title}))
    return found


def _subsets(recipe: Recipe) -> list[Value]:
    label = N_("{share:.0%} of the images")
    shares = (0.05, 0.1, 0.25, 0.5, 1.0)
    return [Value(f"{one:g}", label, recipe.model_copy(update={"subset": one}), {"share": one}) for one in shares]


def _noises(recipe: Recipe) -> list[Value]:
    label = N_("{share:.0%} wrong labels")
    shares = (0.0, 0.1, 0.2, 0.4, 0.6)
    return [Value(f"{one:g}", label, recipe.model_copy(update={"label_noise": one}), {"share": one}) for one in shares]


def _balances(recipe: Recipe) -> list[Value]:
    found = []
    for entry in BALANCES:
        changed = recipe.model_copy(update={"balance": Choice(name=entry.name)})
        title = N_("no strategy") if entry.name == "none" else entry.title
        found.append(Value(entry.name, "{name}", changed, {"name": title}))
    return found


def _rare(recipe: Recipe) -> Recipe:
    return recipe if recipe.imbalance.kind != "none" else recipe.model_copy(update={"imbalance": LONG_TAIL})


# -- the training


def _trained(recipe: Recipe, **changes: Any) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})


def _rates(recipe: Recipe) -> list[Value]:
    usual = recipe.training.optimizer.learning_rate
    found: dict[float, Value] = {}
    for factor in (0.1, 0.3, 1.0, 3.0, 10.0):
        rate = usual if factor == 1 else min(10.0, float(f"{usual * factor:.1g}"))
        optimizer = recipe.training.optimizer.model_copy(update={"learning_rate": rate})
        found.setdefault(rate, Value(f"{factor:g}", "{rate:g}", _trained(recipe, optimizer=optimizer), {"rate": rate}))
    return list(found.values())


def _optimizers(recipe: Recipe) -> list[Value]:
    found = []
    for name, title in _OPTIMIZERS.items():
        own = recipe.training.optimizer
        optimizer = own if own.name == name else Optimizer(name=name, learning_rate=USUAL_RATES[name])
        values = {"name": title, "rate": optimizer.learning_rate}
        found.append(Value(name, "{name} {rate:g}", _trained(recipe, optimizer=optimizer), values))
    return found


def _schedules(recipe: Recipe) -> list[Value]:
    return [Value(name, words, _trained(recipe, schedule=name)) for name, words in _SCHEDULES.items()]


def _batches(recipe: Recipe) -> list[Value]:
    sizes = (8, 32, 128, 512)
    label = N_("batches of {size}")
    return [Value(str(size), label, _trained(recipe, batch_size=size), {"size": size}) for size in sizes]


#: In the order of the form.
AXES = {
    axis.name: axis
    for axis in (
        Axis(
            "batch_norm",
            N_("With and without batch norm"),
            "network",
            _switched(with_batch_norm, N_("batch norm"), N_("no batch norm")),
            ("on", "off"),
        ),
        Axis(
            "skip",
            N_("With and without skip connections"),
            "network",
            _switched(with_skip, N_("skip"), N_("no skip")),
            ("on", "off"),
        ),
        Axis("augmentation", N_("With and without augmentation"), "data", _augmentations, ("none", "affine")),
        Axis("subset", N_("From fewer training images"), "data", _subsets, ("0.25", "1")),
        Axis("noise", N_("With wrong labels in training"), "data", _noises, ("0", "0.2")),
        Axis("balance", N_("Against rare classes"), "data", _balances, ("none", "class-weights"), _rare),
        Axis("rate", N_("From several learning rates"), "training", _rates, ("0.3", "1", "3")),
        Axis("optimizer", N_("By several optimizers"), "training", _optimizers, ("adam", "sgd")),
        Axis("schedule", N_("By several learning-rate schedules"), "training", _schedules, ("constant", "cosine")),
        Axis("batch", N_("In batches of several sizes"), "training", _batches, ("32", "128")),
    )
}


@dataclass(frozen=True)
class Variant:
    """One thing that a race trains, from each of its seeds; `label` is translated."""

    label: str
    recipe: Recipe


def variants(
    base: Recipe, networks: Iterable[str], wanted: Mapping[str, Sequence[str]], translate: Translate = str
) -> list[Variant]:
    """Every network with every combination of the values that are wanted, the first one as the others' measure.

    Args:
        base: what all of them share.
        networks: names; the network of `base` keeps its options.
        wanted: by the name of an axis, the keys of the values to try, in their order.

    A network that has no such setting goes through as it is.
    """
    for name in wanted:
        base = AXES[name].prepare(base)
    found = [Variant(name, _named(base, name)) for name in networks]
    for name, keys in wanted.items():
        found = [one for variant in found for one in _along(AXES[name], variant, keys, translate)]
    return found


def _named(base: Recipe, name: str) -> Recipe:
    choice = base.architecture if base.architecture.name == name else Choice(name=name)
    return base.model_copy(update={"architecture": choice})


def _along(axis: Axis, variant: Variant, keys: Sequence[str], translate: Translate) -> list[Variant]:
    known = {value.key: value for value in axis.values_of(variant.recipe)}
    chosen = [known[key] for key in keys if key in known]
    if not chosen:
        return [variant]
    return [Variant(f"{variant.label}, {value.say(translate)}", value.recipe) for value in chosen]
