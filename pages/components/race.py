"""A race as it happens: four lanes, their curves in one frame, and how strong the gradient is in each layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.figures.curves import Quantity
from imgcls.figures.lanes import sample_line
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.race import HEIGHT, RaceLines, RaceWords, View, race_figure, race_lines
from imgcls.race import VARIANT_WORDS, Finish, Race, Variant, finish_of
from imgcls.runs import Status
from imgcls.trials import Standing, loss_of_guessing
from pages.components.current import current_guess, look_at_race
from pages.components.gradients import show_gradients
from pages.components.lanes import (
    lane,
    look,
    milestones,
    progress_of_all,
    resume_button,
    share_of_all,
    short_loss,
    stop_all,
    tick,
)
from pages.components.live import RaceChart, live
from pages.components.notices import literal, note, show_error
from pages.components.race_form import begin_race_with
from pages.components.style import is_dark
from pages.components.words import _, epochs_words, listed

#: How a race stands at one look.
Lanes = Standing[Variant]


def watch_race(race: Race) -> None:
    """Everything about one race; looks again by itself as long as something can change.

    Only what moves is drawn again at every look. What it takes to draw the rest anew is in `milestones`.
    """
    lanes = _look(race)
    left, right = st.columns([4, 10], gap="large")
    with left:
        _heading(race)
        _outcome(lanes)
        for variant in Variant:
            lane(_(VARIANT_WORDS[variant]), sample_line(variant, is_dark()), variant, lanes)
        note(_("A name leads to its run: there it can be paused, or given another learning rate."))
        _buttons(race, lanes)
    with right:
        view = _view()
        if lanes.is_active:
            st.fragment(_moving, run_every=tick(lanes))(race, view, milestones(lanes))
        else:
            _figures(race, lanes, view)
        show_gradients(race, lanes.runs, lanes.statuses, lanes.curves)


def _look(race: Race) -> Lanes:
    return look(race.runs, "race")


def _moving(race: Race, view: View, standing: tuple[Any, ...]) -> None:
    try:
        lanes = _look(race)
        if milestones(lanes) != standing:
            st.rerun()
        charts = [
            RaceChart(lines, words, alt)
            for lines, words, alt in (_chart(race, lanes, quantity, view) for quantity in _QUANTITIES)
        ]
        names = {variant: _(VARIANT_WORDS[variant]) for variant in Variant}
        live(progress_of_all(lanes, names), share_of_all(lanes), [], charts, is_dark(), HEIGHT)
    except ImgclsError as error:  # `app.py` catches nothing for a fragment
        show_error(error)


# -- words


def _heading(race: Race) -> None:
    training = race.recipe.training
    facts = [
        _("{depth} layers", depth=race.depth),
        race.recipe.dataset.name,
        epochs_words(training.epochs),
        _("learning rate {rate:g}", rate=training.optimizer.learning_rate),
        _("seed {seed}", seed=race.recipe.seed),
    ]
    st.caption(literal(" · ".join(facts)))


def _outcome(lanes: Lanes) -> None:
    """What was expected; and, as soon as nobody runs any more, what happened."""
    guess = current_guess()
    if guess is not None:
        st.markdown(_("Expected to learn fastest: **{name}**", name=_(VARIANT_WORDS[guess])))
    finish = None if lanes.is_active else finish_of(lanes.curves)
    if finish is None or len(finish.losses) < 2:
        return
    lines = [_ahead(finish) if lanes.can_go_on else _fastest(finish)]
    if finish.guessing:
        loss = loss_of_guessing(lanes.curves[finish.guessing[0]])
        said = _("{names}: still at the loss of guessing, {loss:.2f}.", names=_names(finish.guessing), loss=loss)
        lines.append(said)
    st.info("  \n".join(lines))


def _ahead(finish: Finish) -> str:
    """Of a race that is not at its end."""
    return _("**Ahead so far: {names}.** Training loss in epoch {epoch}: {values}.", **_standings(finish))


def _fastest(finish: Finish) -> str:
    said = _standings(finish)
    if len(finish.ahead) > 1:
        return _("**Fastest, level with one another: {names}.** Training loss in epoch {epoch}: {values}.", **said)
    return _("**Fastest: {names}.** Training loss in epoch {epoch}: {values}.", **said)


def _standings(finish: Finish) -> dict[str, Any]:
    values = [f"{_(VARIANT_WORDS[variant])} {short_loss(loss)}" for variant, loss in finish.losses.items()]
    return {"names": _names(finish.ahead), "epoch": finish.epoch, "values": listed(values)}


def _names(variants: tuple[Variant, ...]) -> str:
    return listed(_(VARIANT_WORDS[variant]) for variant in variants)


# -- buttons


def _buttons(race: Race, lanes: Lanes) -> None:
    if lanes.is_active and st.button(_("Stop all"), width="stretch", key="stop race"):
        stop_all(lanes)
    resume_button(_("Go on with the race"), lanes, "resume race")
    done = not lanes.is_active and not lanes.can_go_on
    if st.button(_("New race"), type="primary" if done else "secondary", width="stretch", key="new race"):
        begin_race_with(race.depth, race.recipe)
        look_at_race(None)
        st.rerun()


# -- figures

_QUANTITIES: tuple[Quantity, ...] = ("loss", "accuracy")


def _view() -> View:
    labels: dict[View, str] = {"race": _("The whole race"), "first epoch": _("The first epoch, step by step")}
    chosen = st.segmented_control(
        _("What the curves show"),
        list(labels),
        format_func=labels.__getitem__,
        default="race",
        required=True,
        key="race view",
        label_visibility="collapsed",
    )
    return chosen or "race"


def _figures(race: Race, lanes: Lanes, view: View) -> None:
    for column, quantity in zip(st.columns(2), _QUANTITIES, strict=True):
        with column:
            lines, words, alt = _chart(race, lanes, quantity, view)
            figure = race_figure(lines, is_dark(), words)
            st.plotly_chart(figure, key=f"race {quantity}", config=PLOT_CONFIG, theme=None, alt=alt)


def _chart(race: Race, lanes: Lanes, quantity: Quantity, view: View) -> tuple[RaceLines, RaceWords, str]:
    """The figure's lines and words, and what it says to those who do not see it."""
    names = {
        "race": {"loss": _("training loss"), "accuracy": _("validation accuracy")},
        "first epoch": {"loss": _("training loss"), "accuracy": _("training accuracy")},
    }[view]
    lines = race_lines(lanes.curves, quantity, view, race.recipe.training.epochs)
    axis = _("epoch") if view == "race" else _("step of the first epoch")
    words = RaceWords(axis, names[quantity], lane_names(lanes.statuses), _("guessing"))
    return lines, words, _alt(lines, words)


def lane_names(statuses: Mapping[Variant, Status]) -> dict[str, str]:
    """What stands beside the lines; a line that broke off bears a cross."""
    return {
        str(v): f"{_(VARIANT_WORDS[v])} ✗" if status is Status.FAILED else _(VARIANT_WORDS[v])
        for v, status in statuses.items()
    }


def _alt(lines: RaceLines, words: RaceWords) -> str:
    ends = [(words.names[name], place.y) for name, place in lines.places().items()]
    if not ends:
        return _("Curves of {quantity}: nothing yet", quantity=words.quantity)
    values = "; ".join(f"{name} {value:.1%}" if lines.percent else f"{name} {value:.3f}" for name, value in ends)
    return _("Curves of {quantity}, where they end: {values}", quantity=words.quantity, values=values)
