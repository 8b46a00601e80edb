"""Which data set is looked at, and how: the left column of the page Data."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from imgcls.datasets import DATASETS, Facts, Part, dataset_facts
from imgcls.datasets.corrections import Corrections, current_corrections
from imgcls.datasets.look import Only, Order
from imgcls.language import translator
from imgcls.recipe import Choice, Recipe, Split
from pages.components.notices import literal
from pages.components.registered import registered_choice
from pages.components.split_form import split_controls, split_words
from pages.components.words import _, language

#: Where the data set that this session looks at is kept.
_KEPT, _WIDGET = "data looked at", "data set"
#: Where its division is kept.
_DIVISION = "data division"
#: The key of the control that says what is shown: images, counts, averages or twins.
VIEW = "data view"
#: The largest share of wrong labels that can be tried, in percent.
_MOST_NOISE = 60


@dataclass(frozen=True)
class Asked:
    """What is looked at. `recipe` has the data set, its division, its corrections of now and the noise."""

    recipe: Recipe
    facts: Facts
    version: str
    corrections: Corrections

    @property
    def dataset(self) -> Choice:
        return self.recipe.dataset

    @property
    def key(self) -> str:
        """The same for the same images."""
        return f"{self.dataset.model_dump_json()} {self.version}"


@dataclass(frozen=True)
class Filters:
    """Which images are shown, and in what order."""

    part: Part | None = None
    label: int | None = None
    only: Only = "all"
    order: Order = "turns"


def look_at_data(dataset: Choice) -> None:
    """Make this the data set that the page Data shows next."""
    st.session_state[_KEPT] = dataset
    st.session_state.pop(_WIDGET, None)


def show_images_of(label: int, part: Part) -> None:
    """Show the images of this class in this part; to be called before the page is drawn."""
    facts = dataset_facts(st.session_state[_KEPT])
    st.session_state[VIEW] = "images"
    st.session_state["data part"], st.session_state["data only"] = part.name, "all"
    st.session_state[_class_key(facts.class_names)] = label


def look_at_training_images(recipe: Recipe, label: int) -> None:
    """Make the training images of one class in one run what the page Data shows next, the most unlike first.

    Args:
        recipe: of the run, for its data set and its division.
        label: the place of the class.
    """
    look_at_data(recipe.dataset)
    # the controls of the page may be there from an earlier visit: they would hold on to what they were
    for name in [name for name in st.session_state if str(name).startswith(f"{_DIVISION} ")]:
        st.session_state.pop(name)
    st.session_state[_DIVISION] = (recipe.split, recipe.seed)
    st.session_state["data order"] = "unlike"
    show_images_of(label, Part.TRAIN)


def choose_data() -> tuple[Choice, Facts]:
    """The data set that is chosen, and what it says of itself.

    Raises:
        UnknownNameError, RecipeError: it is gone, or an option of it makes no sense.
    """
    kept: Choice = st.session_state.get(_KEPT, Recipe().dataset)
    start = kept if kept.name in DATASETS else Recipe().dataset
    chosen = registered_choice(_("Data set"), DATASETS, start, _WIDGET)
    st.session_state[_KEPT] = chosen
    dataset, facts = DATASETS.get(chosen.name), dataset_facts(chosen)
    height, width, channels = facts.image_shape
    said = _(
        "{count:,} images, {height} × {width}, {colour}, {classes} classes",
        count=facts.size,
        height=height,
        width=width,
        colour=_("grey") if channels == 1 else _("colour"),
        classes=len(facts.class_names),
    )
    st.caption(f"**{said}**  \n{literal(dataset.described(translator(language())))}")
    return chosen, facts


def tell_source(chosen: Choice) -> None:
    """Where the data set comes from, and what may be done with it."""
    dataset = DATASETS.get(chosen.name)
    source, licence = (text.rstrip(".") for text in (dataset.source, dataset.licence))
    st.caption(literal(_("Source: {source}. Licence: {licence}.", source=source, licence=licence)))


def ask_how(dataset: Choice, facts: Facts) -> Asked:
    """How the data set is divided, and how many labels are made wrong.

    Raises:
        RecipeError: the shares leave nothing to train on.
        InputError: a file of a data set of one's own cannot be read.
    """
    split, seed = _division(facts)
    corrections = current_corrections(dataset)
    recipe = Recipe(
        dataset=dataset, split=split, seed=seed, corrections=corrections.identifier(), label_noise=_noise() / 100
    )
    return Asked(recipe, facts, DATASETS.get(dataset.name).version(), corrections)


def _division(facts: Facts) -> tuple[Split, int]:
    kept, sown = st.session_state.get(_DIVISION, (Recipe().split, Recipe().seed))
    said = _("Division: {shares}, seed {seed}", shares=split_words(kept, _DIVISION), seed=_typed_seed(sown))
    with st.expander(said, key=f"{_DIVISION} fold"):  # without a key it would close when its words change
        split = split_controls(kept, facts, _DIVISION)
        text = _("Decides which images go where. The same seed divides in the same way.")
        seed = int(st.number_input(_("Seed"), 0, 2**31 - 1, sown, help=text, key=f"{_DIVISION} seed"))
    st.session_state[_DIVISION] = (split, seed)  # a control's own value is forgotten when its page is left
    return split, seed


def _typed_seed(start: int) -> int:
    return int(st.session_state.get(f"{_DIVISION} seed", start))


def _noise() -> int:
    percent = st.slider(
        _("Label noise"),
        0,
        _MOST_NOISE,
        step=5,
        format="%d%%",
        help=_("The share of training images that are given the name of another class, drawn by the seed."),
        key="data noise",
        persist_state="session",
    )
    st.caption(_("Noise is put on training labels only. Take the slider back to 0, and it is gone."))
    return int(percent)


def ask_which(facts: Facts) -> Filters:
    """Which images are to be shown."""
    parts = {"all": _("all"), **{part.name: word for part, word in part_words().items()}}
    part = st.segmented_control(
        _("Part"),
        list(parts),
        format_func=parts.__getitem__,
        default="all",
        required=True,
        key="data part",
        persist_state="session",
    )
    of_what, which = st.columns(2)
    with of_what:
        label = _class(facts.class_names)
    with which:
        only = _only()
    return Filters(None if part in (None, "all") else Part[part], label, only, _order())


def _class_key(names: tuple[str, ...]) -> str:
    return f"data class {hash(names)}"


def _class(names: tuple[str, ...]) -> int | None:
    """The place of the chosen class; None for all. Another data set has others."""
    places = [-1, *range(len(names))]
    place = st.selectbox(
        _("Class"),
        places,
        format_func=lambda one: _("all") if one < 0 else names[one],
        key=_class_key(names),
        persist_state="session",
    )
    return None if place < 0 else int(place)


def _only() -> Only:
    kinds: dict[Only, str] = {"all": _("all"), "corrected": _("corrected"), "flipped": _("made wrong by noise")}
    return st.selectbox(_("Only"), list(kinds), format_func=kinds.__getitem__, key="data only", persist_state="session")


def _order() -> Order:
    orders: dict[Order, str] = {
        "turns": _("one of each class in turn"),
        "stored": _("as they are stored"),
        "unlike": _("most unlike their class first"),
    }
    return st.selectbox(
        _("Order"),
        list(orders),
        format_func=orders.__getitem__,
        help=_(
            "Unlike their class: far from the mean of its images, pixel by pixel. Among the first ones wrong labels "
            "are found soonest."
        ),
        key="data order",
        persist_state="session",
    )


def part_words() -> dict[Part, str]:
    """The parts' names, translated."""
    return {Part.TRAIN: _("training"), Part.VALIDATION: _("validation"), Part.TEST: _("test")}
