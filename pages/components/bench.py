"""The augmentation bench: a data set, augmentations, and images as training would see them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.augmentation import AUGMENTATIONS
from imgcls.augmentation.examples import mixture
from imgcls.datasets import DATASETS, dataset_facts
from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError, MissingDataError
from imgcls.recipe import Choice, Recipe, Split, Training
from pages.components.answers import ask, look_again
from pages.components.augmentation import augmentation_controls
from pages.components.missing_data import data_notice
from pages.components.notices import note, show_error
from pages.components.picture import Labelled, show_columns
from pages.components.registered import registered_choice
from pages.components.style import is_dark
from pages.components.words import _

#: What the bench begins with: few images to train on, because augmentation is for those who have few.
DEFAULT = Recipe(
    augmentation=(Choice(name="affine"),),
    architecture=Choice(name="cnn"),
    split=Split(validation=0.1, test=0.8),
    training=Training(epochs=40),
)
#: Columns of images, and how often each is drawn.
ACROSS, DRAWS = 10, 4

_NOW, _START, _KEY = "bench now", "bench start", "bench"
_SEED, _PICK, _SHOWN = "bench seed", "bench pick", "bench shown"
_PLACE = "augment"


def begin_bench_with(recipe: Recipe) -> None:
    """Fill the form with these settings when it is shown next."""
    st.session_state[_NOW] = recipe


def bench_form() -> Recipe | None:
    """Data set and augmentations, put into the recipe that was begun with; None, and why, if they make no sense."""
    start = _begun()
    try:
        dataset = registered_choice(_("Data set"), DATASETS, start.dataset, f"{_KEY} dataset")
        dataset_facts(dataset)
        augmentation = augmentation_controls(start.augmentation, dataset, f"{_KEY} augmentation", open_up_to=2)
    except ImgclsError as error:
        show_error(error)
        return None
    return start.model_copy(update={"dataset": dataset, "augmentation": augmentation})


def _begun() -> Recipe:
    """The settings that the controls begin with: what they were when the page was left."""
    if f"{_KEY} dataset" not in st.session_state or _START not in st.session_state:
        start: Recipe = st.session_state.get(_NOW, DEFAULT)
        known = start.dataset.name in DATASETS  # its data set may have been deleted meanwhile
        st.session_state[_START] = start if known else start.model_copy(update={"dataset": DEFAULT.dataset})
    begun: Recipe = st.session_state[_START]
    return begun


def bench_pictures(recipe: Recipe) -> None:
    """The originals in a row, and below each some draws of it, with their labels; drawn by the inference worker.

    Until the answer is there, that to the last question about this data set stays, or an empty grid: nothing jumps.
    """
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with row:
        _again(_("Draw again"), _SEED, _("The same images, changed in other ways: as in the next epoch."))
        _again(_("Other images"), _PICK, _("Other images of the same data set."))
    try:
        answer = _ask(recipe)
    except MissingDataError as error:
        data_notice(error)
        return
    except ImgclsError as error:
        show_error(error)
        return
    dataset = recipe.dataset.model_dump_json()
    if answer is not None:
        st.session_state[_SHOWN] = (dataset, answer)
    kept, shown = st.session_state.get(_SHOWN, (None, None))
    with row, st.container(width=540):
        _said(waits=answer is None, is_empty=kept != dataset)
    show_columns(_columns(shown) if kept == dataset else _places(recipe), faded=answer is None and kept == dataset)


def _said(waits: bool, is_empty: bool) -> None:
    """Beside the buttons: what the grid shows; while it is empty, that it is being filled."""
    if not is_empty:
        note(
            _(
                "On top the images as they are stored. Below each what the network is shown instead: {draws} draws of "
                "very many. In every epoch they are drawn anew.",
                draws=DRAWS,
            )
        )
    if waits:
        look_again(_PLACE, _("Drawing the images …") if is_empty else "")


def _again(label: str, counter: str, text: str) -> None:
    if st.button(label, help=text, key=f"{counter} button"):
        st.session_state[counter] = st.session_state.get(counter, 0) + 1


def _count(recipe: Recipe) -> int:
    """As many of each class; of more than ten classes, some."""
    classes = len(dataset_facts(recipe.dataset).class_names)
    return max(1, ACROSS // classes) * min(classes, ACROSS)


def _places(recipe: Recipe) -> list[list[Labelled]]:
    """The grid before there is anything in it."""
    grey = 40 if is_dark() else 235
    empty = Labelled(np.full(dataset_facts(recipe.dataset).image_shape, grey, np.uint8), "", ("",))
    return [[empty] * (1 + DRAWS)] * _count(recipe)


def _ask(recipe: Recipe) -> Answer | None:
    return ask(
        _PLACE,
        "augment",
        dataset=recipe.dataset.model_dump(mode="json"),
        augmentation=[choice.model_dump(mode="json") for choice in recipe.augmentation],
        seed=st.session_state.get(_SEED, 0),
        pick=st.session_state.get(_PICK, 0),
        count=_count(recipe),
        draws=DRAWS,
        version=DATASETS.get(recipe.dataset.name).version(),  # other images, another question
    )


def _columns(answer: Answer) -> list[list[Labelled]]:
    names, arrays = answer.facts["class_names"], answer.arrays
    columns = []
    for place, original in enumerate(arrays["originals"]):
        (name,) = mixture(arrays["truth"][place], names)
        column = [Labelled(original, _("The original: {name}", name=name), (name,))]
        for draw, pixels in enumerate(arrays["images"][:, place], 1):
            parts = mixture(arrays["labels"][draw - 1, place], names)
            lines = (parts[0], *(f"+ {part}" for part in parts[1:]))
            alt = _("Draw {number}, its label: {label}", number=draw, label=" ".join(lines))
            column.append(Labelled(pixels, alt, lines))
        columns.append(column)
    return columns


def explain_augmentations(recipe: Recipe) -> None:
    """What each of the chosen augmentations does, where it comes from, and where it is not its paper's."""
    for choice in recipe.augmentation:
        entry = AUGMENTATIONS.get(choice.name)
        st.subheader(_(entry.title))
        st.markdown(_(entry.summary))
        if entry.departs:
            st.markdown(_("**Not as in the paper:** {departs}", departs=_(entry.departs)))
        st.caption(entry.paper)
