"""The settings of a run, with defaults that work."""

from __future__ import annotations

from typing import Any

import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.datasets import DATASETS, dataset_facts
from imgcls.errors import InputError, MissingDataError, MissingWeightsError
from imgcls.limits import limit
from imgcls.origin import Origin
from imgcls.recipe import Imbalance, Optimizer, Recipe, Training
from pages.components.augmentation import augmentation_controls
from pages.components.glossary import terms
from pages.components.missing import checked
from pages.components.notices import show_error
from pages.components.pins import forget_pins, pins_of
from pages.components.registered import registered_choice
from pages.components.schedule_preview import schedule_preview, schedule_words
from pages.components.training_data import chosen_words, corrections_control, data_controls
from pages.components.words import _, listed

#: Where a recipe to begin with is kept: "train again with changes".
_START = "recipe to start from"
#: And where it comes from.
_ORIGIN = "origin of the recipe to start from"

_BATCH_SIZES = [8, 16, 32, 64, 128, 256, 512, 1024]
RATES = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}


def begin_with(recipe: Recipe, origin: Origin | None = None) -> None:
    """Fill the form with this recipe when it is shown next.

    Args:
        origin: the run that it was changed from; what is trained from the form is then known to come from it.
    """
    forget_pins()
    st.session_state[_START] = recipe
    st.session_state[_ORIGIN] = origin


def begun_from(recipe: Recipe) -> Origin | None:
    """The run that the form's recipe was changed from; None if from none, or if its data set is another by now."""
    origin: Origin | None = st.session_state.get(_ORIGIN)
    start: Recipe | None = st.session_state.get(_START)
    return origin if start is not None and start.dataset == recipe.dataset else None


def recipe_form() -> Recipe | None:
    """The recipe that the form describes; None, and the reason on the page, if it makes no sense."""
    start = _start()
    try:
        recipe = _described(start, f"form {start.hash()}")  # another recipe to start from is another form
        checked(recipe)
    except (MissingWeightsError, MissingDataError):
        return recipe  # it makes sense; the page offers to download them
    except InputError as error:
        show_error(error)
        return None
    return recipe


def _start() -> Recipe:
    """What the form begins with; the usual data set where the one of that recipe is gone."""
    start: Recipe = st.session_state.get(_START, Recipe())
    if start.dataset.name in DATASETS:
        return start
    try:
        DATASETS.get(start.dataset.name)
    except InputError as error:
        show_error(error)
    return start.model_copy(update={"dataset": Recipe().dataset, "corrections": "", "imbalance": Imbalance()})


def _described(start: Recipe, key: str) -> Recipe:
    dataset = registered_choice(_("Data set"), DATASETS, start.dataset, f"{key} dataset")
    corrections = corrections_control(start, dataset, key)
    shape = dataset_facts(dataset).image_shape
    architecture = registered_choice(_("Network"), ARCHITECTURES, start.architecture, f"{key} architecture", shape)
    epochs = st.slider(
        _("Epochs"),
        1,
        int(limit("epochs")),
        min(start.training.epochs, int(limit("epochs"))),
        help=_("How often the network sees every training image."),
        key=f"{key} epochs",
    )
    batch, rate = _steps(start, key)
    terms("epoch", "batch", "learning rate", "overfitting")
    augmentation = augmentation_controls(start.augmentation, dataset, f"{key} augmentation")
    # without a key it would close whenever its words change
    with st.expander(_summary(start, key), key=f"{key} more"):
        more = _advanced(start, key)
        data = data_controls(start, dataset, key)
    optimizer = Optimizer(name=more.pop("optimizer"), learning_rate=rate)
    seed = more.pop("seed")
    recipe = Recipe(
        dataset=dataset,
        corrections=corrections,
        architecture=architecture,
        augmentation=augmentation,
        training=Training(epochs=epochs, batch_size=batch, optimizer=optimizer, **more),
        seed=seed,
        **data,
    )
    return recipe.model_copy(update={"pinned": pins_of(recipe, start)})


def _steps(start: Recipe, key: str) -> tuple[int, float]:
    left, right = st.columns(2)
    sizes = sorted({*_BATCH_SIZES, start.training.batch_size})
    rates = sorted({*RATES, start.training.optimizer.learning_rate})
    with left:
        batch = st.selectbox(
            _("Batch size"),
            sizes,
            index=sizes.index(start.training.batch_size),
            help=_("Images per step: the weights change once for each batch."),
            key=f"{key} batch",
        )
    with right:
        rate = st.selectbox(
            _("Learning rate"),
            rates,
            index=rates.index(start.training.optimizer.learning_rate),
            format_func=lambda value: f"{value:g}",
            help=_(
                "How far a step goes. Too small learns slowly, too large never settles. It can change while training."
            ),
            key=f"{key} rate",
        )
    return batch, rate


def _summary(start: Recipe, key: str) -> str:
    """The fold's own words: what is chosen inside."""
    value = lambda name, default: st.session_state.get(f"{key} {name}", default)  # noqa: E731
    schedule = schedule_words()[value("schedule", start.training.schedule)]
    said = _(
        "More: {optimizer}, {schedule} rate, seed {seed}",
        optimizer=OPTIMIZERS[value("optimizer", start.training.optimizer.name)],
        schedule=schedule,
        seed=value("seed", start.seed),
    )
    return listed([said, *chosen_words(start, key)])


def _advanced(start: Recipe, key: str) -> dict[str, Any]:
    training = start.training
    names, schedules = list(OPTIMIZERS), schedule_words()
    optimizer = st.selectbox(
        _("Optimizer"),
        names,
        index=names.index(training.optimizer.name),
        format_func=OPTIMIZERS.__getitem__,
        key=f"{key} optimizer",
    )
    schedule = st.selectbox(
        _("Learning-rate schedule"),
        list(schedules),
        index=list(schedules).index(training.schedule),
        format_func=schedules.__getitem__,
        help=_(
            "Large steps find the way, small ones settle: most schedules begin large, or rise to it, and then fall."
        ),
        key=f"{key} schedule",
    )
    rate, epochs = st.session_state.get(f"{key} rate"), st.session_state.get(f"{key} epochs")
    base = training.optimizer.learning_rate
    schedule_preview(schedule, float(rate or base), int(epochs or training.epochs), f"{key} schedule")
    stopping = st.toggle(
        _("Stop early"),
        training.early_stopping is not None,
        help=_(
            "Ends the run when validation accuracy has not improved for some epochs. The best epoch is kept either way."
        ),
        key=f"{key} stopping",
    )
    patience = None
    if stopping:
        patience = st.slider(_("Epochs of patience"), 1, 20, training.early_stopping or 3, key=f"{key} patience")
    seed = st.number_input(
        _("Seed"),
        0,
        2**31 - 1,
        start.seed,
        help=_("Decides the split, the first weights and the order of images. The same seed gives the same numbers."),
        key=f"{key} seed",
    )
    precisions = {"auto": _("auto"), "float32": "float32", "mixed_bfloat16": "bfloat16"}
    precision = st.segmented_control(
        _("Numerical precision"),
        list(precisions),
        format_func=precisions.__getitem__,
        default=training.precision,
        required=True,
        help=_(
            "bfloat16 computes training steps with fewer digits. It is faster only on processors that have it built "
            "in, and not for every network: auto times a few steps. Everything else is float32 either way."
        ),
        key=f"{key} precision",
    )
    terms("weight decay", "dropout", "early stopping", "seed")
    return {
        "optimizer": optimizer,
        "schedule": schedule,
        "early_stopping": patience,
        "seed": int(seed),
        "precision": precision or training.precision,
    }
