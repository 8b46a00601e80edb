"""Before a race: what shall run, what the reader expects, and Start."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from imgcls.datasets import DATASETS
from imgcls.figures.block import BLOCK_PARTS, WIDTH, block_drawing
from imgcls.language import translator
from imgcls.race import (
    DEFAULT,
    DEFAULT_DEPTH,
    DEPTHS,
    MOST_EPOCHS,
    VARIANT_BLOCKS,
    VARIANT_WORDS,
    Variant,
    added_parameters,
    race_recipes,
    race_title,
)
from imgcls.recipe import Choice, Optimizer, Recipe
from pages.components.current import look_at_race
from pages.components.glossary import terms
from pages.components.lanes import submit_all
from pages.components.missing import can_train
from pages.components.picture import show_drawing
from pages.components.race_time import time_of_race
from pages.components.recipe_form import RATES
from pages.components.style import is_dark
from pages.components.words import _, language

#: Where the settings to begin with are kept: "new race".
_START = "race to start from"


def begin_race_with(depth: int, recipe: Recipe) -> None:
    """Fill the form with these settings when it is shown next."""
    st.session_state[_START] = (depth, recipe)


def race_form() -> None:
    settings, question = st.columns([3, 9], gap="large")
    with settings:
        depth, recipes = _settings()
    with question:
        _question(depth, recipes)


def _settings() -> tuple[int, dict[Variant, Recipe] | None]:
    """The depth and the recipes that are chosen; None, and the reason on the page, if they make no sense."""
    begun, start = st.session_state.get(_START, (DEFAULT_DEPTH, DEFAULT))
    key = f"race {begun} {start.hash()}"  # other settings to start from are another form
    depth = st.select_slider(
        _("Depth"),
        sorted({*DEPTHS, begun}),
        begun,
        help=_("Layers that have weights, one after another. The more there are, the longer it takes."),
        key=f"{key} depth",
    )
    epochs = st.slider(
        _("Epochs"),
        1,
        MOST_EPOCHS,
        min(start.training.epochs, MOST_EPOCHS),
        help=_("How often each network sees every training image."),
        key=f"{key} epochs",
    )
    names = DATASETS.names()
    dataset = st.selectbox(
        _("Data set"),
        names,
        names.index(start.dataset.name) if start.dataset.name in names else 0,
        format_func=lambda name: _(DATASETS.get(name).title),
        key=f"{key} dataset",
    )
    rate, seed = _rate_and_seed(start, key)
    chosen = start.training.model_copy(
        update={"epochs": epochs, "optimizer": Optimizer(name=start.training.optimizer.name, learning_rate=rate)}
    )
    base = start.model_copy(update={"dataset": Choice(name=dataset), "training": chosen, "seed": seed})
    return depth, _checked(race_recipes(depth, base))


def _rate_and_seed(start: Recipe, key: str) -> tuple[float, int]:
    begun = start.training.optimizer.learning_rate
    rates = sorted({*RATES, begun})
    rate = st.selectbox(
        _("Learning rate"),
        rates,
        rates.index(begun),
        format_func=lambda value: f"{value:g}",
        help=_("The same for all four. Some of them bear a larger one than others: try it."),
        key=f"{key} rate",
    )
    seed = st.number_input(
        _("Seed"),
        0,
        2**31 - 1,
        start.seed,
        help=_("The same for all four: the same images in the same order, and the same first weights."),
        key=f"{key} seed",
    )
    return rate, int(seed)


def _checked(recipes: dict[Variant, Recipe]) -> dict[Variant, Recipe] | None:
    return recipes if can_train(recipes.values()) else None


def _question(depth: int, recipes: dict[Variant, Recipe] | None) -> None:
    st.subheader(_("Which of the four will learn fastest?"))
    _blocks(depth)
    guess = st.radio(
        _("Your guess"),
        list(Variant),
        index=None,
        format_func=lambda variant: _(VARIANT_WORDS[variant]),
        horizontal=True,
        help=_("Fastest: with the lowest training loss in the last epoch. You see your answer again at the end."),
        key="race guess",
    )
    terms("residual connection", "batch norm", "gradient", "vanishing gradient", "learning rate")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train all four"), type="primary", key="start race", disabled=recipes is None) and recipes:
            _start(depth, recipes, guess)
        if recipes:
            time_of_race("race", list(recipes.values()))
    if recipes:
        _facts(depth, recipes)


def _blocks(depth: int) -> None:
    """The four blocks side by side, two and two on a phone."""
    dark = is_dark()
    words = {part: _(BLOCK_PARTS[part]) for part in BLOCK_PARTS}
    with st.container(horizontal=True, gap="medium"):
        for variant in Variant:
            drawing = block_drawing(variant, dark, _(VARIANT_WORDS[variant]), words)
            with st.container(width=WIDTH):
                show_drawing(drawing, _(VARIANT_BLOCKS[variant]))
    st.caption(
        _(
            "One block of each network. A network of {depth} layers has {blocks} such blocks, one after another; all "
            "else is the same in the four.",
            depth=depth,
            blocks=(depth - 2) // 2,
        )
    )


def _facts(depth: int, recipes: Mapping[Variant, Recipe]) -> None:
    least, norm, _skip = added_parameters(depth, recipes[Variant.NEITHER])
    st.caption(
        _(
            "The network with neither has {count:,} parameters. Batch norm adds {norm:,} ({share:.1%}), skip "
            "connections none at all.",
            count=least,
            norm=norm,
            share=norm / least,
        )
    )


def _start(depth: int, recipes: Mapping[Variant, Recipe], guess: Variant | None) -> None:
    titles = [race_title(depth, variant, translator(language())) for variant in recipes]
    begun = submit_all(list(recipes.values()), titles)
    if begun is not None:
        look_at_race(begun, guess)
        st.rerun()
