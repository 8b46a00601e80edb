"""Before Start: which learning rate suits this recipe, by trying them all for a few steps."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.rate_finder import rate_figure
from imgcls.recipe import Recipe
from pages.components.answers import ask, drop, waiting_long
from pages.components.notices import note, show_error
from pages.components.recipe_form import begin_with
from pages.components.style import is_dark
from pages.components.words import _

_PLACE = "find rates"
_WANTED = "find rates of"


def rate_finder(recipe: Recipe) -> None:
    """A range test on demand, and a button that takes its proposal over.

    Args:
        recipe: can be trained as it is.
    """
    asked = _question(recipe)
    wanted = st.session_state.get(_WANTED) == asked.model_dump_json()
    with st.expander(_("Find a learning rate"), expanded=wanted):
        if not wanted:
            _offer(asked)
            return
        try:
            answer = ask(_PLACE, "find_rates", slow=True, recipe=asked.model_dump(mode="json"))
        except ImgclsError as error:
            st.session_state.pop(_WANTED)
            show_error(error)
            return
        if answer is None:
            waiting_long(_PLACE, _("The network tries higher and higher learning rates …"), _forget)
            return
        _show(recipe, answer)


def _question(recipe: Recipe) -> Recipe:
    """The recipe without what makes no difference to the test: another epoch is no other question."""
    plain = Recipe().training
    same = {"epochs": plain.epochs, "schedule": plain.schedule}
    return _with_rate(recipe.model_copy(update={"training": recipe.training.model_copy(update=same)}), 0.001)


def _with_rate(recipe: Recipe, rate: float) -> Recipe:
    optimizer = recipe.training.optimizer.model_copy(update={"learning_rate": rate})
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"optimizer": optimizer})})


def _offer(asked: Recipe) -> None:
    note(
        _(
            "A new network takes some dozens of steps, each with a higher learning rate than the one before. Too low, "
            "and the loss stays where it is; then it falls; too high, and it shoots up. It takes a few seconds, and "
            "the network is thrown away."
        )
    )
    if st.button(_("Try the learning rates"), key="find rates go"):
        drop(_PLACE)
        st.session_state[_WANTED] = asked.model_dump_json()
        st.rerun()


def _forget() -> None:
    st.session_state.pop(_WANTED, None)


def _show(recipe: Recipe, answer: Answer) -> None:
    rates, losses, smoothed = (answer.arrays[name] for name in ("rates", "losses", "smoothed"))
    proposal, present = answer.facts["proposal"], recipe.training.optimizer.learning_rate
    if proposal is None:
        said = _("The loss did not fall with any of these rates: this recipe has another problem than its rate.")
    else:
        said = _(
            "The loss is least at {least:.1g}; from there on it rises. A tenth of that, {proposal:.1g}, leaves room.",
            least=float(rates[int(np.nanargmin(smoothed))]),
            proposal=proposal,
        )
    marks = {_("yours"): present} if proposal is None else {_("proposal"): proposal, _("yours"): present}
    if proposal == present:
        marks = {_("yours, and the proposal"): present}
    figure = rate_figure(rates, losses, smoothed, marks, is_dark(), (_("learning rate"), _("loss of the step")))
    st.plotly_chart(figure, key="find rates figure", config=PLOT_CONFIG, theme=None, alt=said)
    st.markdown(said)
    if (
        proposal is not None
        and proposal != present
        and st.button(_("Use {rate:g}", rate=proposal), key="find rates use")
    ):
        begin_with(_with_rate(recipe, proposal))
        st.rerun()
    note(
        _(
            "The range test of Smith 2017. It looks at the first steps only: a schedule that lowers the rate later can "
            "start higher, and a long training is surer with a little less."
        )
    )
