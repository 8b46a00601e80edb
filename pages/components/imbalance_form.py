"""Before the strategies race: which classes shall be rare, how rare, and what is tried against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.balance import BALANCES
from imgcls.datasets import DATASETS, dataset_facts
from imgcls.errors import InputError
from imgcls.figures.class_counts import class_count_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.limits import limit
from imgcls.recipe import Choice, Imbalance, Recipe, Training
from imgcls.training.data import run_data
from imgcls.trials import FEWEST, Trials
from pages.components.glossary import terms
from pages.components.missing import can_train
from pages.components.notices import literal, show_error
from pages.components.race_time import time_of_race
from pages.components.registered import registered_choice
from pages.components.style import is_dark
from pages.components.trials import Trial, start_trials
from pages.components.words import _, listed

#: Where the settings to begin with are kept: "new trials".
_START = "imbalance to start from"
#: What the page begins with: the rarest class keeps a hundredth.
DEFAULT = Recipe(imbalance=Imbalance(kind="long-tail", ratio=0.01))
_RATIOS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]


def begin_imbalance_with(trials: Trials) -> None:
    """Fill the form with the settings of these trials when it is shown next."""
    recipes = list(trials.recipes.values())
    st.session_state[_START] = (recipes[0], [recipe.balance.name for recipe in recipes])


def imbalance_form(page_key: str) -> None:
    """Settings on the left; on the right what they leave of each class, what is tried, and Start."""
    settings, question = st.columns([3, 9], gap="large")
    with settings:
        recipe, names = _settings(page_key)
    with question:
        _question(page_key, recipe, names)


def _settings(page_key: str) -> tuple[Recipe | None, list[str]]:
    start, tried = st.session_state.get(_START, (DEFAULT, BALANCES.names()))
    key = f"{page_key} {start.hash()}"  # other settings to start from are another form
    dataset = registered_choice(_("Data set"), DATASETS, start.dataset, f"{key} dataset")
    imbalance = _imbalance(start, dataset, key)
    names = st.multiselect(
        _("Strategies"),
        BALANCES.names(),
        tried,
        format_func=lambda name: _(BALANCES.get(name).title),
        help=_("Each is trained with the same seed and the same images. The others are compared with the first."),
        key=f"{key} strategies",
    )
    architecture = registered_choice(_("Network"), ARCHITECTURES, start.architecture, f"{key} architecture")
    epochs = st.slider(_("Epochs"), 1, int(limit("epochs")), start.training.epochs, key=f"{key} epochs")
    seed = st.number_input(_("Seed"), 0, 2**31 - 1, start.seed, key=f"{key} seed")
    training = Training(**{**start.training.model_dump(), "epochs": epochs})
    more = {"dataset": dataset, "imbalance": imbalance, "architecture": architecture, "training": training}
    return start.model_copy(update={**more, "seed": int(seed), "balance": Choice(name="none")}), names


def _imbalance(start: Recipe, dataset: Choice, key: str) -> Imbalance:
    kinds = {"long-tail": _("long tail"), "rare": _("chosen classes")}
    kind = st.segmented_control(
        _("What is rare"),
        list(kinds),
        format_func=kinds.__getitem__,
        default=start.imbalance.kind if start.imbalance.kind in kinds else "long-tail",
        required=True,
        help=_("Long tail: each class is rarer than the one before it, by the same factor."),
        key=f"{key} kind",
    )
    classes: list[str] = []
    if kind == "rare":
        known = list(dataset_facts(dataset).class_names)
        begun = [name for name in start.imbalance.classes if name in known] or known[-1:]
        classes = st.multiselect(_("Rare classes"), known, begun, key=f"{key} {dataset.model_dump_json()} classes")
    ratio = st.select_slider(
        _("The rarest class keeps"),
        sorted({*_RATIOS, start.imbalance.ratio}),
        start.imbalance.ratio,
        format_func=lambda value: f"{100 * value:g} %",
        help=_("Training images are left out, never deleted. Validation and test images all stay."),
        key=f"{key} ratio",
    )
    return Imbalance(kind=kind or "long-tail", ratio=ratio, classes=tuple(classes))


def _question(page_key: str, recipe: Recipe | None, names: list[str]) -> None:
    st.subheader(_("Which strategy finds the rare ones, and what does it cost?"))
    terms("class weight", "resampling", "recall", "balanced accuracy")
    trials = _trials(recipe, names) if recipe else []
    if recipe and trials:
        _counts(recipe)
    with st.container(horizontal=True, vertical_alignment="center"):
        ready = len(trials) >= FEWEST
        if st.button(_("Train them all"), type="primary", key=f"start {page_key}", disabled=not ready):
            start_trials(page_key, _("Imbalance"), trials)
        if ready:
            time_of_race(page_key, [trial.recipe for trial in trials])
    if len(names) < FEWEST:
        st.caption(_("Choose two strategies or more: one alone is no comparison."))
    _definitions(names)


def _trials(recipe: Recipe, names: list[str]) -> list[Trial]:
    """One for each strategy; none, and the reason on the page, if they make no sense."""
    found = [
        Trial(_(BALANCES.get(name).title), recipe.model_copy(update={"balance": Choice(name=name)})) for name in names
    ]
    return found if can_train(trial.recipe for trial in found) else []


def _counts(recipe: Recipe) -> None:
    """What is left of each class."""
    try:
        kept, tested = _class_counts(recipe)
        whole, _same = _class_counts(recipe.model_copy(update={"imbalance": Imbalance()}))
    except InputError as error:
        show_error(error)
        return
    names = dataset_facts(recipe.dataset).class_names
    figure = class_count_figure(names, kept, whole, is_dark(), _("Training images"))
    counts = listed(f"{name}: {count}" for name, count in zip(names, kept, strict=True))
    alt = _("Training images of each class: {counts}", counts=counts)
    st.plotly_chart(figure, key="imbalance counts", config=PLOT_CONFIG, theme=None, alt=alt)
    left = _(
        "{kept:,} of {whole:,} training images are left. The rarest class has {rarest:,}, the largest {largest:,}.",
        kept=sum(kept),
        whole=sum(whole),
        rarest=min(kept),
        largest=max(kept),
    )
    st.caption(f"{left} {literal(_test_words(tested, names))}")


def _test_words(tested: Sequence[int], names: Sequence[str]) -> str:
    """Whether the test is balanced: those of people's own data sets often are not."""
    fewest, most = min(tested), max(tested)
    if fewest == most:
        return _("The test images stay balanced: {count:,} of each class.", count=most)
    return _(
        "The test images stay as they are: from {fewest:,} ({few}) to {most:,} ({many}) of a class. Recall and "
        "balanced accuracy count every class alike, whatever its size.",
        fewest=fewest,
        few=names[tested.index(fewest)],
        most=most,
        many=names[tested.index(most)],
    )


def _class_counts(recipe: Recipe) -> tuple[list[int], list[int]]:
    """Training and test images of each class."""
    return _counted(recipe, DATASETS.get(recipe.dataset.name).version())


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={Recipe: Recipe.to_json})
def _counted(recipe: Recipe, version: str) -> tuple[list[int], list[int]]:
    """`version` is that of its data set: people add to theirs."""
    data = run_data(recipe)
    train, test = (np.bincount(part.labels, minlength=len(data.class_names)) for part in (data.train, data.test))
    return train.tolist(), test.tolist()


def _definitions(names: list[str]) -> None:
    """Each strategy, exactly."""
    for name in names:
        entry = BALANCES.get(name)
        with st.container(gap=None):
            st.markdown(f"**{_(entry.title)}** · {literal(_(entry.formula))}")
            st.caption(_(entry.summary) + (f" {literal(entry.paper)}" if entry.paper else ""))
    st.caption(
        _(
            "n: training images; n_c: those of class c; k: classes; CE: cross-entropy, −log of the probability of the "
            "true class."
        )
    )
