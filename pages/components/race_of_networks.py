"""Before a race: which networks, with and without what, from how many seeds."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from imgcls.architectures import ARCHITECTURES, architecture_options
from imgcls.augmentation import AUGMENTATIONS
from imgcls.datasets import DATASETS
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Training
from imgcls.training.sizes import epoch_images
from imgcls.trials import FEWEST, MOST, Trials
from pages.components.expectation import winner_form
from pages.components.missing import can_train
from pages.components.notices import literal, note
from pages.components.registered import registered_choice
from pages.components.trials import Trial, start_trials, time_of_trials
from pages.components.words import _

#: Where the recipe to begin with is kept: "new trials".
_START = "race to start from"
_SEEDS = (1, 2, 3, 4, 5)
#: The usual augmentation of the presets.
_AUGMENTATION = (Choice(name="affine"),)


def begin_race_with(trials: Trials) -> None:
    """Fill the form with the settings of these trials when it is shown next."""
    st.session_state[_START] = next(iter(trials.recipes.values()))


def network_race_form(page_key: str) -> None:
    settings, field = st.columns([4, 8], gap="large")
    with settings:
        variants, seeds = _settings(page_key)
    with field:
        _start(page_key, variants, seeds)


def _settings(page_key: str) -> tuple[list[Trial], int]:
    start: Recipe = st.session_state.get(_START, Recipe(training=Training(epochs=3)))
    key = f"{page_key} race {start.hash()}"
    dataset = registered_choice(_("Data set"), DATASETS, start.dataset, f"{key} dataset")
    names = st.multiselect(
        _("Networks"),
        [entry.name for entry in ARCHITECTURES],
        [start.architecture.name] if start.architecture.name in ARCHITECTURES else ["seed-cnn"],
        format_func=lambda name: _(ARCHITECTURES.get(name).title),
        key=f"{key} networks",
    )
    ways = {
        "batch_norm": _("With and without batch norm"),
        "augmentation": _("With and without augmentation"),
        "rate": _("From three learning rates"),
    }
    both = [way for way, words in ways.items() if st.checkbox(words, key=f"{key} {way}")]
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
    return _variants(base, names, both), int(seeds or 1)


def _variants(base: Recipe, names: list[str], ways: list[str]) -> list[Trial]:
    """What is told from what, from one seed."""
    found = [_named(base, name) for name in names]
    if "batch_norm" in ways:
        found = [one for trial in found for one in _both_norms(trial)]
    if "augmentation" in ways:
        found = [one for trial in found for one in _both_augmentations(trial)]
    if "rate" in ways:
        found = [one for trial in found for one in _three_rates(trial)]
    return found


def _named(base: Recipe, name: str) -> Trial:
    choice = base.architecture if base.architecture.name == name else Choice(name=name)
    return Trial(name, base.model_copy(update={"architecture": choice}))


def _both_norms(trial: Trial) -> list[Trial]:
    """As it is, and with batch norm the other way; only networks that have the switch."""
    made = []
    for on, words in ((True, _("batch norm")), (False, _("no batch norm"))):
        switched = _with_norm(trial.recipe.architecture, on)
        if switched is None:
            return [trial]
        made.append(Trial(f"{trial.label}, {words}", trial.recipe.model_copy(update={"architecture": switched})))
    return made


def _with_norm(chosen: Choice, on: bool) -> Choice | None:
    """The network with batch norm everywhere or nowhere; None if it has no such switch."""
    options = architecture_options(chosen).model_dump()
    if "batch_norm" in options:
        return Choice(name=chosen.name, **{**chosen.options, "batch_norm": on})
    blocks = options.get("blocks")
    if not isinstance(blocks, list | tuple) or not all("batch_norm" in block for block in blocks):
        return None
    switched = [{**block, "batch_norm": on} for block in blocks]
    return Choice(name=chosen.name, **{**chosen.options, "blocks": switched})


def _both_augmentations(trial: Trial) -> list[Trial]:
    chosen = trial.recipe.augmentation or _AUGMENTATION
    title, plain = _(AUGMENTATIONS.get(chosen[0].name).title), _("not augmented")
    return [
        Trial(f"{trial.label}, {plain}", trial.recipe.model_copy(update={"augmentation": ()})),
        Trial(f"{trial.label}, {title}", trial.recipe.model_copy(update={"augmentation": chosen})),
    ]


def _three_rates(trial: Trial) -> list[Trial]:
    training = trial.recipe.training
    made = []
    for factor in (0.3, 1.0, 3.0):
        rate = min(1.0, float(f"{training.optimizer.learning_rate * factor:.1g}"))
        optimizer = training.optimizer.model_copy(update={"learning_rate": rate})
        recipe = trial.recipe.model_copy(update={"training": training.model_copy(update={"optimizer": optimizer})})
        made.append(Trial(f"{trial.label}, {rate:g}", recipe))
    return made


def _start(page_key: str, variants: list[Trial], seeds: int) -> None:
    st.subheader(_("What is trained"))
    field = [
        replace(
            trial,
            label=f"{trial.label} · {seed}" if seeds > 1 else trial.label,
            recipe=trial.recipe.model_copy(update={"seed": trial.recipe.seed + seed}),
        )
        for trial in variants
        for seed in range(seeds)
    ]
    st.table(
        {_("Variant"): [literal(one.label) for one in variants], _("Seeds"): [seeds] * len(variants)}, hide_index=True
    )
    fine = _checked(variants) and len(variants) >= FEWEST and len(field) <= MOST
    if len(field) > MOST:
        st.warning(
            _(
                "That makes {count} trainings; a race has {most} at most. Take fewer of them, or fewer seeds.",
                count=len(field),
                most=MOST,
            )
        )
    elif len(variants) < FEWEST:
        st.info(_("Choose two networks, or one with and without something: one alone is no race."))
    if seeds == 1:
        note(_("From one seed nobody can tell a better network from a luckier one. Three show the spread."))
    names = [one.label for one in variants]
    winner = winner_form(names, page_key) if fine else None
    if st.button(_("Start the race"), type="primary", disabled=not fine, key=f"{page_key} race go"):
        place = names.index(winner) if winner in names else None
        winners = [] if place is None else [one.label for one in field[place * seeds : (place + 1) * seeds]]
        start_trials(page_key, _("Race"), field, winners)
    if fine:
        time_of_trials(page_key, field, max((trial.recipe for trial in variants), key=epoch_images))


def _checked(variants: list[Trial]) -> bool:
    return bool(variants) and all(can_train([trial.recipe], trial.label) for trial in variants)
