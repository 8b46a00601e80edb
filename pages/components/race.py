"""A race as it happens: four lanes, their curves in one frame, and how strong the gradient is in each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from imgcls.errors import ImgclsError, error_from_json
from imgcls.figures.curves import Quantity
from imgcls.figures.lanes import sample_line
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.race import HEIGHT, RaceLines, RaceWords, View, race_figure, race_lines
from imgcls.language import N_, translator
from imgcls.race import VARIANT_WORDS, Finish, Race, Variant, finish_of, has_diverged, loss_of_guessing, seconds_left
from imgcls.runs import STATUS_WORDS, Curve, CurveReader, Run, Status
from pages.components.current import current_guess, look_at_race
from pages.components.durations import duration
from pages.components.gradients import show_gradients
from pages.components.live import RaceChart, live
from pages.components.monitor import progress_words, share_done
from pages.components.notices import literal, note, show_error
from pages.components.picture import show_drawing
from pages.components.race_form import begin_race_with
from pages.components.services import engine
from pages.components.style import is_dark
from pages.components.words import _, language

#: Seconds between two looks at the runs.
TICK = 2.5
#: A sign and a colour for each status: who does not see the one sees the other.
_MARKS = {
    Status.QUEUED: ("○", "gray"),
    Status.RUNNING: ("▸", "blue"),
    Status.PAUSED: ("‖", "blue"),
    Status.INTERRUPTED: ("▪", "orange"),
    Status.COMPLETED: ("✓", "green"),
    Status.STOPPED: ("▪", "orange"),
    Status.FAILED: ("✗", "red"),
}
_DELETED = N_("deleted")
_DIVERGED = N_("diverged")


@dataclass(frozen=True)
class Lanes:
    """How a race stands at one look; runs that have been deleted are in none of these."""

    runs: dict[Variant, Run]
    statuses: dict[Variant, Status]
    curves: dict[Variant, Curve]

    @property
    def is_active(self) -> bool:
        return any(status.is_active for status in self.statuses.values())

    @property
    def can_go_on(self) -> list[Run]:
        idle = (Status.INTERRUPTED, Status.STOPPED)
        return [run for variant, run in self.runs.items() if self.statuses[variant] in idle]


def watch_race(race: Race) -> None:
    """Everything about one race; looks again by itself as long as something can change.

    Only what moves is drawn again at every look. What it takes to draw the rest anew is in `_standing`.
    """
    lanes = _look(race)
    left, right = st.columns([4, 10], gap="large")
    with left:
        _heading(race)
        _outcome(lanes)
        for variant in Variant:
            _lane(variant, lanes)
        note(_("A name leads to its run: there it can be paused, or given another learning rate."))
        _buttons(race, lanes)
    with right:
        view = _view()
        if lanes.is_active:
            st.fragment(_moving, run_every=TICK)(race, view, _standing(lanes))
        else:
            _figures(race, lanes, view)
        show_gradients(race, lanes.runs, lanes.statuses, lanes.curves)


def _look(race: Race) -> Lanes:
    """The race as its files have it now; logs are read on from where this session stopped reading."""
    there = {variant: run for variant, run in race.runs.items() if run.folder.exists()}
    kept: dict[str, CurveReader] = st.session_state.get("race readers", {})
    readers = {variant: kept.get(run.id) or CurveReader(run.folder) for variant, run in there.items()}
    st.session_state["race readers"] = {run.id: readers[variant] for variant, run in there.items()}
    # the status first: what ends in between is seen as running once more, and looked at again
    statuses = {variant: run.status for variant, run in there.items()}
    for reader in readers.values():
        reader.poll()
    return Lanes(there, statuses, {variant: reader.curve for variant, reader in readers.items()})


def _standing(lanes: Lanes) -> tuple[Any, ...]:
    """What the parts of the page that do not move depend on."""
    return tuple(
        (variant, lanes.statuses[variant], bool(curve.step), len(curve.epochs))
        for variant, curve in lanes.curves.items()
    )


def _moving(race: Race, view: View, standing: tuple[Any, ...]) -> None:
    try:
        lanes = _look(race)
        if _standing(lanes) != standing:
            st.rerun()
        charts = [
            RaceChart(lines, words, alt)
            for lines, words, alt in (_chart(race, lanes, quantity, view) for quantity in _QUANTITIES)
        ]
        live(_said(lanes), _share(lanes), [], charts, is_dark(), HEIGHT)
    except ImgclsError as error:  # `app.py` catches nothing for a fragment
        show_error(error)


# -- words


def _heading(race: Race) -> None:
    training = race.recipe.training
    facts = [
        _("{depth} layers", depth=race.depth),
        race.recipe.dataset.name,
        _("{epochs} epochs", epochs=training.epochs),
        _("learning rate {rate:g}", rate=training.optimizer.learning_rate),
        _("seed {seed}", seed=race.recipe.seed),
    ]
    st.caption(literal(" · ".join(facts)))


def _lane(variant: Variant, lanes: Lanes) -> None:
    name = _(VARIANT_WORDS[variant])
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width=44):
                show_drawing(sample_line(variant, is_dark()), "")
            if variant in lanes.runs:
                link = {"run": lanes.runs[variant].id}
                st.page_link("pages/train.py", label=f"**{name}**", help=_("Watch it alone"), query_params=link)
            else:
                st.markdown(f"**{name}**", width="content")
            st.markdown(_badge(variant, lanes), width="content")
        st.caption(_lane_facts(variant, lanes))


def _badge(variant: Variant, lanes: Lanes) -> str:
    if variant not in lanes.runs:
        return f":gray-badge[– {_(_DELETED)}]"
    status = lanes.statuses[variant]
    mark, colour = _MARKS[status]
    diverged = status is Status.FAILED and has_diverged(lanes.runs[variant].result)
    return f":{colour}-badge[{mark} {_(_DIVERGED) if diverged else _(STATUS_WORDS[status])}]"


def _lane_facts(variant: Variant, lanes: Lanes) -> str:
    if variant not in lanes.runs:
        return _("This run has been deleted.")
    result = lanes.runs[variant].result or {}
    if lanes.statuses[variant] is Status.FAILED and (reason := result.get("reason")):
        return literal(error_from_json(reason).say(translator(language())))
    epochs = lanes.curves[variant].epochs
    if not epochs:
        return _("No epoch has ended yet.")
    return _(
        "After epoch {epoch}: loss {loss}, validation {validation:.1%}",
        epoch=epochs[-1]["epoch"],
        loss=_loss(epochs[-1]["loss"]),
        validation=epochs[-1]["val_accuracy"],
    )


def _loss(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.2g}"


def _said(lanes: Lanes) -> str:
    """Who runs now and how far, and how long all of it still takes."""
    order = (Status.RUNNING, Status.PAUSED, Status.QUEUED)
    now = next((v for status in order for v in lanes.statuses if lanes.statuses[v] is status), None)
    if now is None:
        return ""
    name, progress = _(VARIANT_WORDS[now]), progress_words(lanes.runs[now], lanes.statuses[now], lanes.curves[now])
    left = seconds_left(lanes.curves, lanes.statuses)
    if left is None:
        return _("{name}: {progress}", name=name, progress=progress)
    return _("{name}: {progress}. About {time} until all are done.", name=name, progress=progress, time=duration(left))


def _share(lanes: Lanes) -> float:
    done = [share_done(lanes.curves[v]) if status.is_active else 1.0 for v, status in lanes.statuses.items()]
    return sum(done) / max(1, len(done))


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
    values = [f"{_(VARIANT_WORDS[variant])} {_loss(loss)}" for variant, loss in finish.losses.items()]
    return {"names": _names(finish.ahead), "epoch": finish.epoch, "values": ", ".join(values)}


def _names(variants: tuple[Variant, ...]) -> str:
    return ", ".join(_(VARIANT_WORDS[variant]) for variant in variants)


# -- buttons


def _buttons(race: Race, lanes: Lanes) -> None:
    if lanes.is_active and st.button(_("Stop all"), width="stretch", key="stop race"):
        _stop(lanes)
    if lanes.can_go_on:
        kind = "secondary" if lanes.is_active else "primary"
        if st.button(_("Go on with the race"), type=kind, width="stretch", key="resume race"):  # type: ignore[arg-type]
            _resume(lanes)
    done = not lanes.is_active and not lanes.can_go_on
    if st.button(_("New race"), type="primary" if done else "secondary", width="stretch", key="new race"):
        begin_race_with(race.depth, race.recipe)
        look_at_race(None)
        st.rerun()


def _stop(lanes: Lanes) -> None:
    """Those that wait first, or each would begin when the one before it ends."""
    waiting = [v for v, status in lanes.statuses.items() if status is Status.QUEUED]
    busy = [v for v, status in lanes.statuses.items() if status in (Status.RUNNING, Status.PAUSED)]
    runs = [lanes.runs[variant] for variant in (*reversed(waiting), *busy)]
    _for_each(runs, lambda run: engine().control(run.id, stop=True, pause=False))


def _resume(lanes: Lanes) -> None:
    _for_each(lanes.can_go_on, lambda run: engine().resume(run.id))


def _for_each(runs: list[Run], ask: Any) -> None:
    """Ask the same of several runs; what the engine refuses for one is said, and the others are asked all the same."""
    refused = []
    for run in runs:
        try:
            ask(run)
        except ImgclsError as error:
            refused.append(error)
    for one in refused:
        show_error(one)
    if not refused:
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
