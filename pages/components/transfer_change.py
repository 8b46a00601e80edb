"""Transfer learning tried out: the same ten pictures learned from nothing, by a new head, and by fine-tuning."""

from __future__ import annotations

from functools import partial

import streamlit as st

from imgcls.datasets import dataset_facts
from imgcls.errors import ImgclsError
from imgcls.lessons.reuse import known_runs
from imgcls.lessons.transfer import BLOCKS as FREE
from imgcls.lessons.transfer import WAY_WORDS, Way, counts_of, split_of, ways
from imgcls.recipe import Choice, Recipe
from imgcls.training.sizes import part_sizes
from imgcls.trials import Standing, Trials, score_of
from pages.components.features import tell_feature_times
from pages.components.glossary import terms
from pages.components.lesson_run import train_or_reuse
from pages.components.notices import note, show_error
from pages.components.question import ask_first
from pages.components.race_time import time_of_race
from pages.components.transfer_pictures import pictures_choice
from pages.components.transfer_steps import BLOCKS, show_steps
from pages.components.trials import Trial, current_trials, watch_trials
from pages.components.words import _

_KEY = "transfer"
#: Fewer test pictures than this are called a first impression.
_FEW_TESTED = 50


def change_it() -> None:
    trials = current_trials(_KEY)
    if trials is None:
        _choose()
    else:
        said = _("The same pictures, the same test: only what is known before, and what may change, is different.")
        watch_trials(_KEY, trials, more=partial(_outcome, trials), said=said)


def _choose() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        dataset = pictures_choice()
        try:
            given = part_sizes(Recipe(dataset=dataset, split=split_of(dataset)))[0]
            count = _count(given, dataset)
            blocks = st.slider(_("Blocks of the body that are fine-tuned"), 1, BLOCKS, FREE, key=f"{_KEY} blocks")
            recipes = ways(dataset, count, blocks)
        except ImgclsError as error:
            show_error(error)
            return
        terms("transfer learning", "fine-tuning", "frozen")
    with right:
        show_steps(blocks, len(dataset_facts(dataset).class_names))
        _say_sizes(recipes[Way.HEAD])
        asked = ask_first(
            _question(recipes[Way.HEAD]),
            _("Which of the three names most of the test pictures right?"),
            choices={one.value: _(WAY_WORDS[one]) for one in Way},
        )
        if not asked.is_open:
            note(_("First say what you expect; then the trainings begin."))
            return
        _begin(recipes)


def _count(given: int, dataset: Choice) -> int:
    """How many pictures are learned from; where there are few, all of them."""
    counts = counts_of(given)
    if len(counts) < 2:
        return given
    return int(
        st.select_slider(_("Training pictures, about"), counts, counts[0], key=f"{_KEY} count {dataset.name} {given}")
    )


def _say_sizes(recipe: Recipe) -> None:
    train, _validation, test = part_sizes(recipe)
    st.markdown(
        _(
            "{train} pictures to learn from, {test} others for the test. Three ways: a small network that starts "
            "**from nothing**; the body that knows photographs, frozen, with a **new head only**; and the same "
            "with its last blocks **fine-tuned** as well.",
            train=train,
            test=test,
        )
    )
    if test < _FEW_TESTED:
        note(
            _(
                "With {test} test pictures, each of them weighs {points:.0f} points: what comes out is a first "
                "impression. Some more pictures make it a measurement.",
                test=test,
                points=100 / test,
            )
        )


def _question(recipe: Recipe) -> str:
    """The question's name: asked anew for other pictures, or another number of them."""
    return f"transfer best {recipe.dataset.name} {recipe.subset:.4f}"


def _begin(recipes: dict[Way, Recipe]) -> None:
    trials = [Trial(_(WAY_WORDS[one]), recipe) for one, recipe in recipes.items()]
    known = known_runs(recipes.values())
    missing = [one for one in trials if one.recipe.hash() not in known]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train them") if missing else _("Show them"), type="primary", key=f"{_KEY} go"):
            train_or_reuse(_KEY, _("Transfer learning"), trials)
        if missing:
            time_of_race(_KEY, [trial.recipe for trial in missing])


def _outcome(trials: Trials, standing: Standing[str]) -> None:
    """Which way won, beside what was expected, and what it cost."""
    scores = {one: score.accuracy for one, run in standing.runs.items() if (score := score_of(run)) is not None}
    found = {way: scores[one] for one in scores if (way := _way(trials.recipes[one])) is not None}
    if standing.is_active or len(found) < len(Way):
        note(_("The three are compared here as soon as all have ended."))
        return
    _say(found, trials.recipes[trials.ids[0]])
    head = next((one for one in standing.runs if _way(trials.recipes[one]) is Way.HEAD), None)
    if head is not None:
        tell_feature_times(standing.curves[head])


def _way(recipe: Recipe) -> Way | None:
    """Which of the three a recipe is, by what it says."""
    if recipe.architecture.name != "efficientnet-lite0":
        return Way.NOTHING
    return Way.TUNED if recipe.architecture.options.get("trainable_blocks") else Way.HEAD


def _say(found: dict[Way, float], recipe: Recipe) -> None:
    best = max(found, key=lambda one: found[one])
    train = part_sizes(recipe)[0]
    answer = _said_before(recipe)
    opening = (
        _("You said “{way}”: it reached {accuracy:.1%}.", way=_(WAY_WORDS[answer]), accuracy=found[answer])
        if answer is not None
        else ""
    )
    told = _(
        "From {train} pictures: from nothing **{nothing:.1%}**, with a new head **{head:.1%}**, fine-tuned "
        "**{tuned:.1%}**.",
        train=train,
        nothing=found[Way.NOTHING],
        head=found[Way.HEAD],
        tuned=found[Way.TUNED],
    )
    st.info(f"{opening} {told}")
    reasons = {
        Way.NOTHING: _(
            "Here the small network does best: what the body knows from photographs does not fit these pictures."
        ),
        Way.HEAD: _(
            "The head alone does best: so few pictures cannot tell the body's many weights where to go, and what it "
            "knew is partly lost. Take more pictures and try again."
        ),
        Way.TUNED: _("Fine-tuning does best: there are enough pictures for the last blocks to fit themselves to them."),
    }
    st.markdown(reasons[best])


def _said_before(recipe: Recipe) -> Way | None:
    """What the reader expected of these pictures, and of this number of them."""
    answer = getattr(st.session_state.get(f"question: {_question(recipe)}"), "answer", None)
    return Way(answer) if answer in {one.value for one in Way} else None
