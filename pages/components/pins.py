"""Which validation images a run watches while it trains: the first of each class, or those that are chosen."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.errors import InputError
from imgcls.figures.sheet import Sheet, picture_sheet
from imgcls.recipe import MOST_PINNED, Recipe
from imgcls.training.data import divided
from imgcls.training.pins import check_pins
from pages.components.sheet import Cell, choose_from_sheet
from pages.components.words import _

#: Images to choose from: a page of them.
_CANDIDATES = 60
_KEPT, _ROUND, _SHEET = "pinned images", "pinned images round", "pins"


def forget_pins() -> None:
    """Begin with the pins of the next recipe: other settings to start from are another choice."""
    st.session_state.pop(_KEPT, None)
    st.session_state[_ROUND] = _round() + 1


def pins_of(recipe: Recipe, start: Recipe) -> tuple[int, ...]:
    """What was chosen for a recipe with these validation images, else what `start` begins with, where it fits."""
    begun = start.pinned if _question(start) == _question(recipe) else ()
    pins: tuple[int, ...] = st.session_state.get(_KEPT, {}).get(_question(recipe), begun)
    try:
        check_pins(recipe.model_copy(update={"pinned": pins}))
    except InputError:  # the images are others by now
        return ()
    return pins


def pins_control(recipe: Recipe) -> None:
    """The choice, below what is about to be trained. The form takes up what is chosen, and the page runs again."""
    key = f"{_round()} {_question(recipe)}"
    words = {False: _("the first of each class"), True: _("choose")}
    own = st.segmented_control(
        _("Images to watch"),
        list(words),
        format_func=words.__getitem__,
        default=bool(recipe.pinned),
        required=True,
        help=_(
            "Validation images. At every epoch the run keeps where the network sees evidence in them, to be played "
            "back at the end. They change nothing in the training."
        ),
        key=f"pins mode {key}",
    )
    chosen = _chosen(recipe, key) if own else ()
    kept = st.session_state.setdefault(_KEPT, {})
    if chosen != recipe.pinned and kept.get(_question(recipe)) != chosen:
        kept[_question(recipe)] = chosen
        st.rerun()  # the form is drawn before


def _chosen(recipe: Recipe, key: str) -> tuple[int, ...]:
    version = f"{key} {DATASETS.get(recipe.dataset.name).version()}"
    store = f"{_SHEET}: chosen"
    is_new = st.session_state.get(store, {}).get("version") != version
    pinned = recipe.pinned if is_new else st.session_state[f"{_SHEET}: begun"]
    st.session_state[f"{_SHEET}: begun"] = pinned  # those that the sheet began with stay on it
    try:
        places, labels, names, sheet = _candidates(version, pinned, recipe)
    except InputError:
        return recipe.pinned  # the preview has said why
    if is_new:
        begun = [places.index(place) for place in pinned]
        st.session_state[store] = {"version": version, "places": begun}
    cells = [
        Cell(_("{name}, image {place}", name=names[label], place=place), names[label])
        for place, label in zip(places, labels, strict=True)
    ]
    picked = choose_from_sheet(_SHEET, _("Validation images"), sheet, cells, False, version)
    if len(picked) > MOST_PINNED:
        st.caption(_("At most {most} images are watched: the first {most} of these.", most=MOST_PINNED))
    elif not picked:
        st.caption(_("As long as none is chosen, it is the first of each class."))
    return tuple(places[place] for place in picked[:MOST_PINNED])


def _question(recipe: Recipe) -> str:
    """The same for recipes with the same validation images."""
    return Recipe(dataset=recipe.dataset, split=recipe.split, corrections=recipe.corrections, seed=recipe.seed).hash()


def _round() -> int:
    return int(st.session_state.get(_ROUND, 0))


@st.cache_data(show_spinner=False, max_entries=16)
def _candidates(
    version: str, pinned: tuple[int, ...], _recipe: Recipe
) -> tuple[list[int], list[int], tuple[str, ...], Sheet]:
    """Positions in the data set, labels, class names and pictures: the pinned ones, and the first of each class."""
    images, parts = divided(_recipe)
    labels = images.labels[parts.validation]
    classes = [parts.validation[labels == label] for label in np.unique(labels)]
    each = max(1, _CANDIDATES // len(classes))
    usual = np.concatenate([members[:each] for members in classes])[:_CANDIDATES]
    places = np.array([*pinned, *(place for place in usual.tolist() if place not in pinned)])
    return places.tolist(), images.labels[places].tolist(), images.class_names, picture_sheet(images.images[places])
