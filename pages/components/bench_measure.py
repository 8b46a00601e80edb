"""Whether augmentation helps: the same network from the same seed, trained without and with it."""

from __future__ import annotations

import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.augmentation import AUGMENTATIONS
from imgcls.datasets import Facts, dataset_facts
from imgcls.datasets.look import drawn_by_us
from imgcls.errors import InputError, MissingDataError, MissingWeightsError
from imgcls.limits import limit
from imgcls.recipe import Choice, Recipe, Split
from imgcls.runs import Run, read_curve
from imgcls.trials import Trials
from pages.components.bench import begin_bench_with
from pages.components.glossary import terms
from pages.components.missing import checked
from pages.components.notices import note, show_error
from pages.components.race_time import time_of_race
from pages.components.trials import Column, Trial, start_trials
from pages.components.weights import weights_notice
from pages.components.words import _, epochs_words

#: Names the page within the session.
PAGE = "augment"

#: Shares of the images that can be trained on, and what is held back to watch every epoch by.
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
_VALIDATION = 0.1
#: Images of each class that are too few to learn anything.
_FEWEST = 2


def keep_settings(trials: Trials) -> None:
    """Begin the bench with what was measured."""
    begin_bench_with(list(trials.recipes.values())[-1])


def measure_form(recipe: Recipe) -> None:
    """A few settings, how long it takes, and the click that measures.

    Args:
        recipe: with the data set and the augmentations; the settings begin with its others.
    """
    st.subheader(_("Does it help?"), anchor=False)
    terms("augmentation", "overfitting")
    split = _images(recipe)
    with st.expander(_summary(recipe)):
        network, epochs, seed = _settings(recipe)
    training = recipe.training.model_copy(update={"epochs": epochs})
    chosen = recipe.model_copy(
        update={"split": split, "architecture": Choice(name=network), "training": training, "seed": seed}
    )
    begin_bench_with(chosen)  # so that they are there again when the page is
    fine = _checked(chosen)
    trials = [Trial(_("without"), chosen.model_copy(update={"augmentation": ()})), Trial(_("with"), chosen)]
    nothing = None if chosen.augmentation else _("Choose an augmentation first.")
    disabled = not fine or nothing is not None
    text = nothing or _("Trains the same network twice from the same seed: without the augmentation, then with it.")
    if st.button(_("Measure it"), type="primary", width="stretch", key="measure", help=text, disabled=disabled):
        names = [_(AUGMENTATIONS.get(choice.name).title) for choice in chosen.augmentation]
        start_trials(PAGE, " + ".join(names), trials)
    if nothing is not None:
        note(nothing)
    elif fine:
        # how strong they are hardly changes what they cost: other strengths are not measured anew
        usual = tuple(Choice(name=choice.name) for choice in chosen.augmentation)
        time_of_race(PAGE, [trials[0].recipe, chosen.model_copy(update={"augmentation": usual})])


def _images(recipe: Recipe) -> Split:
    """How many images there are to train on: the others are tested on."""
    facts = dataset_facts(recipe.dataset)
    if not drawn_by_us(facts)[1]:
        count = facts.sizes(Split())[0]
        note(
            _(
                "Trained on {count:,} images: the test is the data set's own. Some have an option for fewer.",
                count=count,
            )
        )
        return Split()
    counts = _counts(facts)
    if len(counts) < 2:
        note(_("Trained on {count:,} images: there are too few to choose.", count=facts.sizes(Split())[0]))
        return Split()
    begun = facts.sizes(recipe.split)[0]
    nearest = min(counts, key=lambda count: abs(count - begun))
    count = st.select_slider(
        _("Images to train on"),
        list(counts),
        nearest,
        format_func=lambda count: f"{count:,}",
        help=_(
            "Of {all:,}. The others are not wasted: they are tested on, or watched. The fewer there are to train on, "
            "the more augmentation can do; with many it may do nothing.",
            all=facts.size,
        ),
        key=f"measure images {recipe.dataset.model_dump_json()}",
    )
    return counts[count]


def _counts(facts: Facts) -> dict[int, Split]:
    """Numbers of training images, and the split that gives each."""
    splits = [Split(validation=_VALIDATION, test=round(1 - _VALIDATION - share, 6)) for share in _SHARES]
    found = {facts.sizes(split)[0]: split for split in splits}
    return {count: split for count, split in sorted(found.items()) if count >= _FEWEST * len(facts.class_names)}


def _summary(recipe: Recipe) -> str:
    """The fold's own words: what is chosen inside."""
    state = st.session_state
    return _(
        "{network}, {epochs}, seed {seed}",
        network=_title(state.get("measure network", recipe.architecture.name)),
        epochs=epochs_words(state.get("measure epochs", recipe.training.epochs)),
        seed=state.get("measure seed", recipe.seed),
    )


def _settings(recipe: Recipe) -> tuple[str, int, int]:
    names, most = ARCHITECTURES.names(), int(limit("epochs"))
    begun = recipe.architecture.name if recipe.architecture.name in names else "cnn"
    network = st.selectbox(_("Network"), names, names.index(begun), format_func=_title, key="measure network")
    text = _("Augmentation needs more of them before it pays: no image is seen twice.")
    epochs = st.slider(_("Epochs"), 1, most, min(recipe.training.epochs, most), help=text, key="measure epochs")
    text = _("The same for both: the same images in the same order, and the same first weights.")
    seed = st.number_input(_("Seed"), 0, 2**31 - 1, recipe.seed, help=text, key="measure seed")
    return str(network), int(epochs), int(seed)


def _title(network: str) -> str:
    return _(ARCHITECTURES.get(network).title)


def _checked(recipe: Recipe) -> bool:
    """Whether it can be trained; if not, the page says why, and offers what is missing."""
    try:
        checked(recipe)
    except MissingWeightsError as error:
        weights_notice(error)
        return False
    except MissingDataError:  # said where its pictures will be
        return False
    except InputError as error:
        show_error(error)
        return False
    return True


def columns() -> list[Column]:
    """What the table says beside the test accuracy."""
    return [Column(_("Training accuracy, last epoch"), _last_accuracy)]


def _last_accuracy(run: Run) -> float | None:
    epochs = read_curve(run.folder).epochs
    return epochs[-1]["accuracy"] if epochs else None


def say_gap() -> None:
    """What the two lines of each colour have to do with one another."""
    note(
        _(
            "Thick: validation. Thin: training, with augmentation on changed images, which are harder. Far apart means "
            "that the network knows its training images by heart."
        )
    )
