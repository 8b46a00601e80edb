"""A run as it happens: progress, numbers, curves, and what can be asked of it."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from imgcls.atomic import read_arrays, read_json
from imgcls.datasets import DATASETS
from imgcls.errors import ImgclsError, error_from_json
from imgcls.figures.confusion import confusion_figure
from imgcls.figures.curves import CurveWords, Quantity, curve_figure
from imgcls.figures.filters import filter_sheet
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.runs import STATUS_WORDS, Curve, CurveReader, Run, Status, get_run
from imgcls.training.control import read_wishes
from pages.components.current import look_at
from pages.components.durations import duration
from pages.components.notices import literal, show_error
from pages.components.picture import show_picture
from pages.components.recipe_form import OPTIMIZERS, RATES, begin_with
from pages.components.services import engine
from pages.components.style import is_dark
from pages.components.words import _

#: Seconds between two looks at a run that is going on; more often until there is something to see.
TICK, FIRST_TICK = 1.0, 0.25
_COLOURS = {
    Status.COMPLETED: "green",
    Status.FAILED: "red",
    Status.INTERRUPTED: "orange",
}


def monitor(run_id: str) -> None:
    """Everything about one run; looks again by itself as long as something can change."""
    run = get_run(run_id)
    active, begun = run.status.is_active, bool(_follow(run).step)
    tick = (TICK if begun else FIRST_TICK) if active else None
    st.fragment(_monitor, run_every=tick)(run_id, active, begun)


def _monitor(run_id: str, was_active: bool, had_begun: bool) -> None:
    try:
        _watch(get_run(run_id), was_active, had_begun)
    except ImgclsError as error:  # deleted, or not to be read; `app.py` catches nothing for a fragment
        show_error(error)


def _watch(run: Run, was_active: bool, had_begun: bool) -> None:
    status = run.status
    curve = _follow(run)
    if was_active != status.is_active or had_begun != bool(curve.step):
        st.rerun()  # another pace of looking, or none
    left, right = st.columns([4, 8], gap="large")
    with left:
        _heading(run, status)
        _controls(run, status, curve)
        _what_next(run, status)
    with right:
        _progress(run, status, curve)
        _curves(curve)
    # drawing it anew at every look would cost the run more than the curves do: only for those who ask
    if curve.epochs and (not status.is_active or st.toggle(_("Look inside while it trains"), key="look inside")):
        _inside(run, curve)


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
        _("{epochs} epochs", epochs=training.epochs),
        _("batch {batch}", batch=training.batch_size),
        f"{OPTIMIZERS[training.optimizer.name]} {training.optimizer.learning_rate:g}",
        _("seed {seed}", seed=recipe.seed),
    ]
    st.caption(" · ".join(facts))


def _controls(run: Run, status: Status, curve: Curve) -> None:
    if not status.is_active:
        return
    left, right = st.columns(2)
    paused = read_wishes(run.folder).pause
    with left:
        label = _("Continue") if paused else _("Pause")
        if st.button(label, width="stretch", disabled=status is Status.QUEUED, key="pause"):
            _ask(run, pause=not paused)
    with right:
        label = _("Take out of the line") if status is Status.QUEUED else _("Stop and keep")
        if st.button(label, width="stretch", key="stop"):
            _ask(run, stop=True, pause=False)
    _rate_control(run, curve)


def _ask(run: Run, **wishes: Any) -> None:
    try:
        engine().control(run.id, **wishes)
    except ImgclsError as error:
        show_error(error)
    else:
        _look_anew()


def _look_anew() -> None:
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # the click came with a run of the whole page
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
    chosen = st.select_slider(_("Learning rate"), rates, format_func=lambda rate: f"{rate:g}", key=key)
    if chosen != now:
        _ask(run, learning_rate=chosen)


def _what_next(run: Run, status: Status) -> None:
    _explain_end(run, status)
    if status in (Status.INTERRUPTED, Status.STOPPED):
        label = _("Resume training")
        if st.button(
            label, type="primary" if status is Status.INTERRUPTED else "secondary", key="resume", width="stretch"
        ):
            _resume(run)
    if run.has_model:
        kind = "primary" if status in (Status.COMPLETED, Status.STOPPED) else "secondary"
        if st.button(_("Draw a digit and try it"), type=kind, key="try", width="stretch"):  # type: ignore[arg-type]
            st.switch_page("pages/predict.py")
    if not status.is_active and st.button(_("Train again with changes"), key="again", width="stretch"):
        begin_with(run.recipe)
        look_at(None)
        st.rerun()


def _resume(run: Run) -> None:
    try:
        engine().resume(run.id)
    except ImgclsError as error:
        show_error(error)
    else:
        st.rerun()


def _explain_end(run: Run, status: Status) -> None:
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
        if problem := read_json(run.folder / "problem.json"):
            show_error(error_from_json(problem))
    if (accuracy := result.get("test_accuracy")) is not None:
        st.metric(
            _("Test accuracy"),
            f"{accuracy:.1%}",
            help=_("Measured once, on {count:,} images that training never saw.", count=result["test_images"]),
        )


def _progress(run: Run, status: Status, curve: Curve) -> None:
    epochs = run.recipe.training.epochs
    total = curve.total_steps
    text = _progress_words(run, status, curve, epochs)
    st.progress(min(1.0, curve.last_step / total) if total else 0.0, text=text)
    best = curve.best or {}
    columns = st.columns(4)
    accuracy = best.get("val_accuracy")
    columns[0].metric(_("Best validation"), "–" if accuracy is None else f"{accuracy:.1%}")
    columns[1].metric(_("Images per second"), f"{curve.images_per_second:,.0f}" if curve.step else "–")
    columns[2].metric(_("Learning rate"), f"{curve.learning_rate[-1]:g}" if curve.step else "–")
    if status.is_active:
        left = curve.seconds_left()
        columns[3].metric(_("Time left"), "–" if left is None else duration(left))
    else:
        seconds = curve.epochs[-1]["seconds"] if curve.epochs else None
        columns[3].metric(_("Trained for"), "–" if seconds is None else duration(seconds))


def _progress_words(run: Run, status: Status, curve: Curve, epochs: int) -> str:
    if status is Status.QUEUED:
        ahead = engine().position(run.id)
        if ahead:
            return _("Waiting in line: {ahead} ahead", ahead=ahead)
        return _("Waiting for a free place to train")
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


def _curves(curve: Curve) -> None:
    for column, quantity in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        with column:
            _curve(curve, quantity)  # type: ignore[arg-type]


def _curve(curve: Curve, quantity: Quantity) -> None:
    names: dict[str, str] = {"loss": _("loss"), "accuracy": _("accuracy")}
    words = CurveWords(_("epoch"), names[quantity], _("training"), _("validation"))
    st.plotly_chart(
        curve_figure(curve, quantity, is_dark(), words),
        key=f"curve {quantity}",
        config=PLOT_CONFIG,
        theme=None,
        alt=_curve_alt(curve, quantity, names[quantity]),
    )


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
    epoch = curve.epochs[-1]["epoch"]
    try:
        arrays = read_arrays(run.folder / "snapshots" / f"epoch-{epoch:04d}.npz")
    except (OSError, ValueError):
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
            names = DATASETS.get(run.recipe.dataset.name).class_names
            figure = confusion_figure(arrays["confusion"], names, is_dark(), _("predicted class"), _("true class"))
            st.plotly_chart(figure, key="confusion", config=PLOT_CONFIG, theme=None, alt=_("Confusion matrix"))
