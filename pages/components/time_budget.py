"""Before Start: how a recipe is made to fit the time that there is, and what is lost by it."""

from __future__ import annotations

import streamlit as st

from imgcls.architectures import ARCHITECTURES
from imgcls.errors import ImgclsError
from imgcls.recipe import Recipe
from imgcls.training.budget import Plan, affordable_epochs, faster, shorter
from imgcls.training.sizes import part_sizes
from imgcls.training.timing import Timing, estimated_seconds
from pages.components.answers import ask, waiting
from pages.components.durations import duration
from pages.components.notices import note, show_error
from pages.components.recipe_form import begin_with
from pages.components.words import _

#: Seconds to choose from.
_SPANS = [10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600, 7200]
_USUAL = 60
_WANTED = "budget measured"


def time_budget(recipe: Recipe, timing: Timing) -> None:
    """How long it may take, and what can be cut; each proposal has a button that takes it over.

    Args:
        recipe: can be trained as it is.
        timing: measured for it.
    """
    with st.expander(_("Fit it into the time there is")):
        chosen = st.select_slider(_("It may take"), _SPANS, _USUAL, duration, key="budget")
        seconds, takes = float(chosen), estimated_seconds(recipe, timing)
        if takes <= seconds:
            _room(recipe, timing, seconds, takes)
            return
        plans = shorter(recipe, timing, seconds)
        if not plans:
            st.markdown(
                _(
                    "It takes about {takes}. Fewer epochs or images alone do not make it fit.",
                    takes=duration(takes),
                )
            )
        for plan in plans:
            _proposal(recipe, plan, plan.kind)
        _measured(recipe, timing, seconds)
        note(_("Each proposal changes one thing. Estimated from one measured step on this machine."))


def _room(recipe: Recipe, timing: Timing, seconds: float, takes: float) -> None:
    st.markdown(_("It fits: about {takes}.", takes=duration(takes)))
    epochs = min(1000, affordable_epochs(recipe, timing, seconds))
    if epochs > recipe.training.epochs:
        note(_("There is time for {epochs} epochs.", epochs=epochs))


def _proposal(recipe: Recipe, plan: Plan, key: str, timing: Timing | None = None, before: Timing | None = None) -> None:
    gain, loss = _words(recipe, plan)
    if timing is not None and before is not None and plan.kind == "network":
        loss = _(
            "{after:,} parameters instead of {before:,}: it can tell less apart.",
            after=timing.parameters,
            before=before.parameters,
        )
    text, button = st.columns([5, 1], vertical_alignment="center")
    text.markdown(_("**{gain}** · about {takes}", gain=gain, takes=duration(plan.seconds)))
    text.caption(loss)
    if button.button(_("Take it"), key=f"budget {key}"):
        begin_with(plan.recipe)
        st.rerun()


def _words(recipe: Recipe, plan: Plan) -> tuple[str, str]:
    """What is changed, and what is lost by it."""
    after, before = plan.recipe.training, recipe.training
    match plan.kind:
        case "epochs":
            return (
                _("1 epoch instead of {before}", before=before.epochs)
                if after.epochs == 1
                else _("{after} epochs instead of {before}", after=after.epochs, before=before.epochs),
                _("It sees every image less often, and may not have learned all it can."),
            )
        case "subset":
            return (
                _(
                    "{after:,} training images instead of {before:,}",
                    after=part_sizes(plan.recipe)[0],
                    before=part_sizes(recipe)[0],
                ),
                _("It sees fewer kinds of every class, and learns its images by heart sooner."),
            )
        case "batch":
            return (
                _("Batches of {after} instead of {before}", after=after.batch_size, before=before.batch_size),
                _("Fewer steps: at the same learning rate it learns less in an epoch. Try a higher rate."),
            )
        case "network":
            return _smaller(recipe, plan.recipe), _("A smaller network can tell less apart.")


def _smaller(recipe: Recipe, after: Recipe) -> str:
    """A smaller network's title, with what makes it smaller where its name does not say it."""
    title = _(ARCHITECTURES.get(after.architecture.name).title)
    if recipe.architecture.name != after.architecture.name:
        return title
    before, now = recipe.architecture.options, after.architecture.options
    plain = {name: value for name, value in now.items() if before.get(name) != value and isinstance(value, int | float)}
    if "blocks" in now:
        return _("{title}, half as wide", title=title)
    return f"{title} ({', '.join(f'{name} {value:g}' for name, value in plain.items())})"


def _measured(recipe: Recipe, timing: Timing, seconds: float) -> None:
    """What costs less a step: how much less is measured when someone wants to know."""
    variants = list(faster(recipe))
    if not variants:
        return
    wanted = st.session_state.get(_WANTED) == recipe.hash()
    if not wanted:
        if st.button(_("Measure faster variants, too"), key="budget measure"):
            st.session_state[_WANTED] = recipe.hash()
            st.rerun()
        return
    for kind, variant in variants:
        place = f"measure {kind}"
        try:
            answer = ask(place, "measure", recipe=variant.model_dump(mode="json"))
        except ImgclsError as error:
            show_error(error)
            continue
        if answer is None:
            waiting(place, _("Measuring a few steps …"))
            return
        found = Timing(**answer.facts)
        plan = Plan(kind, variant, estimated_seconds(variant, found))
        _proposal(recipe, plan, kind, found, timing)
        if plan.seconds > seconds:
            note(_("It still takes longer than {seconds}.", seconds=duration(seconds)))
