"""Before a race: which networks, what is varied, and from how many seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.comparison.axes import AXES, LONG_TAIL, Axis, Variant, variants, with_batch_norm, with_skip, with_switch
from imgcls.datasets import DATASETS
from imgcls.language import translator
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Training
from imgcls.trials import FEWEST, MOST, Trials
from pages.components.expectation import winner_form
from pages.components.missing import can_train
from pages.components.notices import literal, note
from pages.components.race_time import time_of_race
from pages.components.registered import registered_choice
from pages.components.trials import Trial, start_trials
from pages.components.words import _, language

#: Where the recipe to begin with is kept: "new trials".
_START = "race to start from"
_SEEDS = (1, 2, 3, 4, 5)
#: Networks that are offered where none of the chosen ones has a switch.
_OFFERED = 3

Switch = Callable[[Choice, bool], Choice | None]
_SWITCHES: dict[str, Switch] = {"batch_norm": with_batch_norm, "skip": with_skip}


def begin_race_with(trials: Trials) -> None:
    """Fill the form with the settings of these trials when it is shown next."""
    st.session_state[_START] = next(iter(trials.recipes.values()))


def network_race_form(page_key: str) -> None:
    settings, field = st.columns([4, 8], gap="large")
    with settings:
        found, seeds = _settings(page_key)
    with field:
        _start(page_key, found, seeds)


def _settings(page_key: str) -> tuple[list[Variant], int]:
    start: Recipe = st.session_state.get(_START, Recipe(training=Training(epochs=3)))
    key = f"{page_key} race {start.hash()}"
    dataset = registered_choice(_("Data set"), DATASETS, start.dataset, f"{key} dataset")
    names = _networks(start, key)
    wanted = _axes(start, names, key)
    epochs = st.slider(_("Epochs"), 1, int(limit("epochs")), start.training.epochs, key=f"{key} epochs")
    seeds = st.segmented_control(
        _("Seeds"),
        _SEEDS,
        default=3,
        required=True,
        help=_("Each is trained from as many seeds: other first weights, another split, another order of images."),
        key=f"{key} seeds",
    )
    training = start.training.model_copy(update={"epochs": epochs})
    base = start.model_copy(update={"dataset": dataset, "corrections": "", "training": training})
    return variants(base, names, wanted, translator(language())), int(seeds or 1)


def _networks(start: Recipe, key: str) -> list[str]:
    place = f"{key} networks"
    if place not in st.session_state:
        name = start.architecture.name
        st.session_state[place] = [name] if name in ARCHITECTURES.names() else ["seed-cnn"]
    names = [entry.name for entry in ARCHITECTURES]
    return list(st.multiselect(_("Networks"), names, st.session_state[place], format_func=_titled, key=place))


def _titled(name: str) -> str:
    return _(ARCHITECTURES.get(name).title)


# -- what is varied


def _axes(start: Recipe, names: list[str], key: str) -> dict[str, list[str]]:
    """By the name of each axis that is chosen, the keys of its values."""
    groups = {"network": _("In the network"), "data": _("In the data"), "training": _("In the training")}
    wanted: dict[str, list[str]] = {}
    for group, title in groups.items():
        axes = [axis for axis in AXES.values() if axis.group == group]
        is_open = group == "network" or any(st.session_state.get(f"{key} {axis.name}") for axis in axes)
        with st.expander(title, expanded=is_open, key=f"{key} group {group}"):
            for axis in axes:
                if st.checkbox(_(axis.title), key=f"{key} {axis.name}"):
                    wanted[axis.name] = _values(axis, start, names, key)
    return wanted


def _values(axis: Axis, start: Recipe, names: list[str], key: str) -> list[str]:
    if axis.name in _SWITCHES:
        _who_has_it(axis, names, key)
        return list(axis.usual)
    if axis.name == "balance" and start.imbalance.kind == "none":
        share = f"{LONG_TAIL.ratio:.0%}"
        note(_("For all of them each class is made rarer than the one before; the last keeps {share}.", share=share))
    words = {value.key: value.say(translator(language())) for value in axis.values_of(start)}
    usual = [one for one in axis.usual if one in words]
    return list(
        st.multiselect(
            _(axis.title),
            list(words),
            usual,
            format_func=lambda one: words.get(one, one),
            key=f"{key} {axis.name} values",
            label_visibility="collapsed",
        )
    )


def _who_has_it(axis: Axis, names: list[str], key: str) -> None:
    """Says which of the chosen networks have the switch; where none has, which others do, a click each."""
    having = with_switch(_SWITCHES[axis.name])
    without = [name for name in names if name not in having and _SWITCHES[axis.name](Choice(name=name), True) is None]
    if not without:
        return
    listed = ", ".join(literal(_titled(name)) for name in without)
    if len(without) < len(names):
        note(_("Without this switch, and trained as they are: {names}.", names=listed))
        return
    st.info(_("{names} cannot be switched. Take one that can:", names=listed))
    for name in having[:_OFFERED]:
        place = f"{key} {axis.name} take {name}"
        st.button(_titled(name), on_click=_take, args=(key, name), key=place, width="stretch")


def _take(key: str, name: str) -> None:
    st.session_state[f"{key} networks"] = [name]


# -- what is trained


def _start(page_key: str, found: list[Variant], seeds: int) -> None:
    st.subheader(_("What is trained"))
    field = [_seeded(variant, seed, seeds) for variant in found for seed in range(seeds)]
    st.table({_("Variant"): [literal(one.label) for one in found], _("Seeds"): [seeds] * len(found)}, hide_index=True)
    fine = _checked(found) and len(found) >= FEWEST and len(field) <= MOST
    if len(field) > MOST:
        st.warning(
            _(
                "That makes {count} trainings; a race has {most} at most. Take fewer of them, or fewer seeds.",
                count=len(field),
                most=MOST,
            )
        )
    elif len(found) < FEWEST:
        st.info(_("One alone is no race: choose a second network, or something to vary in network, data or training."))
    if seeds == 1:
        note(_("From one seed nobody can tell a better network from a luckier one. Three show the spread."))
    names = [one.label for one in found]
    winner = winner_form(names, page_key) if fine else None
    if st.button(_("Start the race"), type="primary", disabled=not fine, key=f"{page_key} race go"):
        place = names.index(winner) if winner in names else None
        winners = [] if place is None else [one.label for one in field[place * seeds : (place + 1) * seeds]]
        start_trials(page_key, _("Race"), field, winners)
    if fine:
        time_of_race(page_key, [trial.recipe for trial in field])


def _seeded(variant: Variant, seed: int, seeds: int) -> Trial:
    trial = Trial(variant.label, variant.recipe.model_copy(update={"seed": variant.recipe.seed + seed}))
    return replace(trial, label=f"{trial.label} · {seed}") if seeds > 1 else trial


def _checked(found: Sequence[Variant]) -> bool:
    return bool(found) and all(can_train([variant.recipe], variant.label) for variant in found)
