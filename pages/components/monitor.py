"""A run as it happens: progress, numbers, curves, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from imgcls.atomic import read_json
from imgcls.errors import ImgclsError, error_from_json
from imgcls.figures.confusion import confusion_figure
from imgcls.figures.curves import Band, CurveWords, Quantity, curve_figure, curve_lines
from imgcls.figures.filters import filter_sheet
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.origin import Origin, origin_of
from imgcls.runs import STATUS_WORDS, Curve, CurveReader, Run, Status, get_run, read_snapshot
from imgcls.training.control import read_wishes
from imgcls.training.data_card import data_of
from imgcls.trials import run_or_none
from pages.components.coach import advice_of, advice_so_far, bands_of, coach
from pages.components.current import look_at
from pages.components.durations import duration
from pages.components.evaluate_changes import open_changes
from pages.components.expectation import expectation_beside_result
from pages.components.features import tell_feature_times
from pages.components.glossary import terms
from pages.components.live import Chart, live
from pages.components.notices import literal, show_error
from pages.components.picture import show_picture
from pages.components.recipe_form import OPTIMIZERS, RATES, begin_with
from pages.components.resuming import in_the_way
from pages.components.services import engine
from pages.components.style import is_dark
from pages.components.timelapse import time_lapse
from pages.components.training_data import data_words
from pages.components.words import _, epochs_words

#: Seconds between two looks at a run: until there is something to see; then an eighth of what it takes, within these.
FIRST_TICK, TICKS = 0.25, (0.75, 3.0)
#: Seconds between two looks inside a network that is being trained.
INSIDE_TICK = 2.0
_COLOURS = {
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.INTERRUPTED: "orange",
}


def monitor(run_id: str) -> None:
    """Everything about one run; looks again by itself as long as something can change.

    Only what moves is drawn again at every look. What it takes to draw the rest anew is in `_standing`.
    """
    run = get_run(run_id)
    status, curve = run.status, _follow(run)  # the status once: it may change while the page is being drawn
    standing = _standing(run, status, curve)
    left, right = st.columns([4, 8], gap="large")
    with left:
        _heading(run, status)
        _controls(run, status, curve)
        tell_feature_times(curve)
        _what_next(run, status)
    with right:
        if status.is_active:
            st.fragment(_moving, run_every=_tick(curve))(run_id, standing)
            _words()
        else:
            _progress(run, status, curve)
            advice = advice_of(run, curve)
            show_curves(curve, bands_of(advice))
            _words()
            coach(run, curve, advice)
    if not status.is_active:
        _inside(run, curve)
        if curve.epochs:
            time_lapse(run, curve.epochs[-1]["epoch"])
    # drawing it anew at every look would cost the run more than the curves do: only for those who ask
    elif curve.epochs and st.toggle(_("Look inside while it trains"), key="look inside"):
        st.fragment(_moving_inside, run_every=INSIDE_TICK)(run_id)


def _words() -> None:
    """Those of the numbers and the curves above; outside of what moves, so that an open one stays open."""
    terms("epoch", "validation", "loss", "learning rate")


def _standing(run: Run, status: Status, curve: Curve) -> tuple[Any, ...]:
    """What the parts of the page that do not move depend on."""
    wishes = read_wishes(run.folder)
    return (
        status,
        bool(curve.features),
        bool(curve.step),
        bool(curve.epochs),
        run.has_model,
        wishes.pause,
        wishes.learning_rate,
    )


def _tick(curve: Curve) -> float:
    if not curve.step:
        return TICKS[0] if curve.features else FIRST_TICK
    if not curve.start:  # a torn log: how long it will take is not known
        return TICKS[1]
    whole = curve.start["epochs"] * curve.epoch_images / max(1.0, curve.images_per_second)
    return min(TICKS[1], max(TICKS[0], whole / 8))


def _moving(run_id: str, standing: tuple[Any, ...]) -> None:
    try:
        run = get_run(run_id)
        status, curve = run.status, _follow(run)
        if _standing(run, status, curve) != standing:
            st.rerun()
        advice = advice_of(run, curve, is_over=False)
        bands = bands_of(advice)
        live(
            progress_words(run, status, curve),
            share_done(curve),
            _facts(status, curve),
            [chart_of(run, curve, "loss", bands), chart_of(run, curve, "accuracy", bands)],
            is_dark(),
        )
        advice_so_far(run, advice)
    except ImgclsError as error:  # deleted, or not to be read; `app.py` catches nothing for a fragment
        show_error(error)


def _moving_inside(run_id: str) -> None:
    try:
        run = get_run(run_id)
        _inside(run, _follow(run))
    except ImgclsError as error:
        show_error(error)


def _follow(run: Run) -> Curve:
    """The curve of the run, read on from where this session stopped reading."""
    key = "curve reader"
    kept = st.session_state.get(key)
    if kept is None or kept[0] != run.id:
        kept = (run.id, CurveReader(run.folder))
        st.session_state[key] = kept
    kept[1].poll()
    return kept[1].curve


def _heading(run: Run, status: Status) -> None:
    recipe = run.recipe
    badge = f":{_COLOURS.get(status, 'blue')}-badge[{_(STATUS_WORDS[status])}]"
    st.markdown(f"**{literal(run.title)}** {badge}")
    training = recipe.training
    facts = [
        epochs_words(training.epochs),
        _("batch {batch}", batch=training.batch_size),
        f"{OPTIMIZERS[training.optimizer.name]} {training.optimizer.learning_rate:g}",
        _("seed {seed}", seed=recipe.seed),
        *map(literal, data_words(recipe)),
    ]
    st.caption(" · ".join(facts))


def _controls(run: Run, status: Status, curve: Curve) -> None:
    if refused := st.session_state.pop(_REFUSED, None):
        show_error(refused)
    if not status.is_active:
        return
    left, right = st.columns(2)
    paused = read_wishes(run.folder).pause
    with left:
        label = _("Continue") if paused else _("Pause")
        waits, wish = status is Status.QUEUED, {"pause": not paused}
        st.button(label, width="stretch", disabled=waits, key="pause", on_click=_wish, args=(run,), kwargs=wish)
    with right:
        label = _("Take out of the line") if status is Status.QUEUED else _("Stop and keep")
        wish = {"stop": True, "pause": False}
        st.button(label, width="stretch", key="stop", on_click=_wish, args=(run,), kwargs=wish)
    _rate_control(run, curve)


#: Why the last wish was not granted, until it is shown.
_REFUSED = "wish refused"


def _wish(run: Run, **wishes: Any) -> None:
    """A button's: done before the page is drawn, which needs no second run then.

    Who goes to another page while a second run is asked for stays on this one."""
    try:
        engine().control(run.id, **wishes)
    except ImgclsError as error:
        st.session_state[_REFUSED] = error


def _ask(run: Run, **wishes: Any) -> None:
    try:
        engine().control(run.id, **wishes)
    except ImgclsError as error:
        show_error(error)
    else:
        st.rerun()


def _rate_control(run: Run, curve: Curve) -> None:
    asked = read_wishes(run.folder).learning_rate
    base = run.recipe.training.optimizer.learning_rate
    now = asked or base
    rates = sorted({*RATES, base, now})
    key, seen = f"live rate {run.id}", f"live rate seen {run.id}"
    if key not in st.session_state or st.session_state.get(seen) != now:
        # somebody else may have changed it: the slider follows, or it would change it back
        st.session_state[key] = st.session_state[seen] = now
    set_to = st.session_state[key]
    start = set_to if set_to in rates else now
    chosen = st.select_slider(_("Learning rate"), rates, start, format_func=lambda rate: f"{rate:g}", key=key)
    if chosen != now:
        _ask(run, learning_rate=chosen)


def _what_next(run: Run, status: Status) -> None:
    idle = status in (Status.INTERRUPTED, Status.STOPPED)
    changed = in_the_way(run) if idle else None
    _explain_end(run, status, changed)
    if idle:
        label = _("Resume training")
        kind: Literal["primary", "secondary"] = "primary" if status is Status.INTERRUPTED else "secondary"
        if st.button(label, type=kind, key="resume", width="stretch", disabled=changed is not None):
            _resume(run)
    if run.has_model:
        kind = "primary" if status in (Status.COMPLETED, Status.STOPPED) else "secondary"
        words = _("Draw a digit and try it") if _is_drawn(run) else _("Try it on a picture")
        if st.button(words, type=kind, key="try", width="stretch"):
            st.switch_page("pages/predict.py")
    if (run.result or {}).get("test_accuracy") is not None:
        _to_changes(run)
        if st.button(_("See where it fails"), key="evaluate", width="stretch"):
            st.switch_page("pages/evaluate.py")
    if not status.is_active and st.button(_("Train again with changes"), key="again", width="stretch"):
        begin_with(run.recipe, Origin(run.id))
        look_at(None)
        st.rerun()


def _to_changes(run: Run) -> None:
    """What it does differently than the run that it was changed from, if that is known and there."""
    origin = origin_of(run)
    if origin is None or run_or_none(origin.run) is None:
        return
    if st.button(_("See what changed"), key="changes", width="stretch"):
        open_changes(run.id, origin.run)
        st.switch_page("pages/evaluate.py")


def _is_drawn(run: Run) -> bool:
    """Whether its images are strokes like those of a pen."""
    try:
        return data_of(run.folder, run.recipe).preparation == "mnist-style"
    except ImgclsError:  # the data set is gone
        return False


def _resume(run: Run) -> None:
    try:
        engine().resume(run.id)
    except ImgclsError as error:
        show_error(error)
    else:
        st.rerun()


def _explain_end(run: Run, status: Status, changed: ImgclsError | None) -> None:
    """How it ended, and what has come between since: `changed`, that its data set is another one now."""
    result = run.result or {}
    if reason := result.get("reason"):
        show = st.error if status is Status.FAILED else st.info
        from imgcls.language import translator
        from pages.components.words import language

        show(literal(error_from_json(reason).say(translator(language()))))
    elif status is Status.INTERRUPTED:
        st.warning(
            _("The process that trained this run has ended. Nothing is lost but the steps since the last checkpoint.")
        )
        if changed is None and (problem := read_json(run.folder / "problem.json")):
            show_error(error_from_json(problem))
    if changed is not None:
        show_error(changed)
    accuracy = result.get("test_accuracy")
    if accuracy is not None:
        st.metric(
            _("Test accuracy"),
            f"{accuracy:.1%}",
            help=_("Measured once, on {count:,} images that training never saw.", count=result["test_images"]),
        )
        terms("test accuracy")
    expectation_beside_result(run)


def _progress(run: Run, status: Status, curve: Curve) -> None:
    st.progress(share_done(curve), text=progress_words(run, status, curve))
    facts = _facts(status, curve)
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, value)


def share_done(curve: Curve) -> float:
    if not curve.step and curve.features:
        return float(min(1.0, curve.features["done"] / max(1, curve.features["total"])))
    return min(1.0, curve.last_step / curve.total_steps) if curve.total_steps else 0.0


def _facts(status: Status, curve: Curve) -> list[tuple[str, str]]:
    accuracy = (curve.best or {}).get("val_accuracy")
    facts = [
        (_("Best validation"), "–" if accuracy is None else f"{accuracy:.1%}"),
        (_("Images per second"), f"{curve.images_per_second:,.0f}" if curve.step else "–"),
        (_("Learning rate"), f"{curve.learning_rate[-1]:g}" if curve.step else "–"),
    ]
    if status.is_active:
        left = curve.seconds_left()
        return [*facts, (_("Time left"), "–" if left is None else duration(left))]
    seconds = curve.epochs[-1]["seconds"] if curve.epochs else None
    return [*facts, (_("Trained for"), "–" if seconds is None else duration(seconds))]


def progress_words(run: Run, status: Status, curve: Curve) -> str:
    epochs = run.recipe.training.epochs
    if status is Status.QUEUED:
        ahead = engine().position(run.id)
        if ahead:
            return _("Waiting in line: {ahead} ahead", ahead=ahead)
        return _("Waiting for a free place to train")
    if not curve.step and curve.features:
        done, total = curve.features["done"], curve.features["total"]
        return _("Computing what the frozen body sees: {done:,} of {total:,} images", done=done, total=total)
    if not curve.step:
        return _("Building the network …")
    step = curve.last_step - (min(len(curve.epochs), epochs - 1)) * curve.steps_per_epoch
    return _(
        "Epoch {epoch} of {epochs}, step {step} of {steps}",
        epoch=min(len(curve.epochs) + 1, epochs),
        epochs=epochs,
        step=max(0, step),
        steps=curve.steps_per_epoch,
    )


def show_curves(curve: Curve, bands: Sequence[Band]) -> None:
    """Loss and accuracy of a run that stands still, side by side; the epochs of `bands` are shaded."""
    quantities: tuple[Quantity, ...] = ("loss", "accuracy")
    for column, quantity in zip(st.columns(2), quantities, strict=True):
        with column:
            words = _curve_words(quantity)
            st.plotly_chart(
                curve_figure(curve, quantity, is_dark(), words, bands=bands),
                key=f"curve {quantity}",
                config=PLOT_CONFIG,
                theme=None,
                alt=_curve_alt(curve, quantity, words.quantity),
            )


def chart_of(run: Run, curve: Curve, quantity: Quantity, bands: Sequence[Band] = ()) -> Chart:
    """The same for a run that moves, drawn in the browser."""
    words = _curve_words(quantity)
    lines = curve_lines(curve, quantity, run.recipe.training.epochs)
    alt = _curve_alt(curve, quantity, words.quantity)
    return Chart(lines, words, alt, percent=quantity == "accuracy", bands=tuple(bands))


def _curve_words(quantity: Quantity) -> CurveWords:
    names = {"loss": _("loss"), "accuracy": _("accuracy")}
    return CurveWords(_("epoch"), names[quantity], _("training"), _("validation"))


def _curve_alt(curve: Curve, quantity: Quantity, name: str) -> str:
    if not curve.epochs:
        return _("Curve of {quantity}: no epoch has ended yet", quantity=name)
    last = curve.epochs[-1]
    return _(
        "Curve of {quantity}: after epoch {epoch}, training {training:.3f}, validation {validation:.3f}",
        quantity=name,
        epoch=last["epoch"],
        training=last[quantity],
        validation=last[f"val_{quantity}"],
    )


def _inside(run: Run, curve: Curve) -> None:
    """What the last epoch looks like from inside: its mistakes and its first filters."""
    if not curve.epochs:
        return
    epoch = curve.epochs[-1]["epoch"]
    arrays = read_snapshot(run.folder, epoch)
    if "confusion" not in arrays:
        return
    with st.expander(_("Inside, after epoch {epoch}: first filters and mistakes", epoch=epoch)):
        filters, mistakes = st.columns([5, 7], gap="large")
        with filters:
            if "filters" in arrays:
                st.markdown(_("**The first layer's filters.** Blue weights take away, red ones add."))
                paper = 20 if is_dark() else 252
                sheet = filter_sheet(arrays["filters"], paper=paper)
                show_picture(sheet, _("{count} filters", count=arrays["filters"].shape[-1]), width=320)
        with mistakes:
            st.markdown(_("**Validation images.** A row is what they are, a column what the network says."))
            names = data_of(run.folder, run.recipe).class_names
            figure = confusion_figure(arrays["confusion"], names, is_dark(), _("predicted class"), _("true class"))
            st.plotly_chart(figure, key="confusion", config=PLOT_CONFIG, theme=None, alt=_("Confusion matrix"))
