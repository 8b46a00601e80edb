"""How sure the network is, whether it may be, and what happens if it says “not sure”."""

from __future__ import annotations

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.evaluation.calibration import Reliability, fitted_temperature, reliability
from imgcls.evaluation.kept import Kept
from imgcls.evaluation.metrics import softmax
from imgcls.evaluation.selective import Answered, answered_from, coverage_curve
from imgcls.evaluation.threshold import Threshold, keep_threshold, threshold_of
from imgcls.evaluation.validation import known_validation
from imgcls.figures.coverage import coverage_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.reliability import reliability_figure
from imgcls.models import model_card
from imgcls.runs import Run
from imgcls.saved_model import is_saved
from pages.components.answers import ask, waiting
from pages.components.glossary import terms
from pages.components.notices import note, show_error
from pages.components.style import is_dark
from pages.components.words import _

#: Mean confidence less accuracy from which the page calls it too sure.
_NOTICEABLE = 0.01


def calibration(run: Run, kept: Kept) -> None:
    st.markdown(_("#### Is 80 % sure right in 80 of 100 cases?"))
    found = reliability(kept.confidence, kept.correct)
    temperature = _temperature(run)
    after = None
    if temperature is not None:
        shares = softmax(kept.logits / temperature)
        after = reliability(shares.max(axis=1), kept.correct)
    figure, words = st.columns([7, 5], gap="large")
    with figure:
        titles = (_("how sure it says it is"), _("how often it is right"), _("as it is"), _("with temperature"))
        drawn = reliability_figure(found, is_dark(), titles, after)
        alt = _("Reliability: accuracy of the images by confidence")
        st.plotly_chart(drawn, key=f"reliability {run.id}", config=PLOT_CONFIG, theme=None, alt=alt)
    with words:
        _say(found, after, temperature)
        terms("calibration", "ece", "logits", "softmax")
        if temperature is None and is_saved(run):
            _ask_temperature(run)


def _say(found: Reliability, after: Reliability | None, temperature: float | None) -> None:
    st.metric(
        _("Expected calibration error"),
        f"{found.error:.1%}",
        help=_("The mean distance between how sure it is and how often it is right, over 15 bins (Guo et al. 2017)."),
    )
    distance = f"{abs(found.overconfidence):.1%}"
    if found.overconfidence > _NOTICEABLE:
        st.markdown(_("It is **too sure** of itself: on average by {distance}.", distance=distance))
    elif found.overconfidence < -_NOTICEABLE:
        st.markdown(_("It is **less sure** than it may be: on average by {distance}.", distance=distance))
    else:
        st.markdown(_("On average it is about as sure as it may be (within {distance}).", distance=distance))
    if after is not None and temperature is not None:
        st.markdown(
            _(
                "Dividing its logits by a temperature of **{temperature:.2f}** makes the error {error:.1%}. The "
                "answers stay the same, only the probabilities change. The temperature was fitted on the validation "
                "images, never on the test images that it is judged by.",
                temperature=temperature,
                error=after.error,
            )
        )


def _temperature(run: Run) -> float | None:
    """What the validation images say, if the network has looked at them already."""
    if not is_saved(run):
        return None
    version = model_card(run.id).version
    return None if known_validation(run, version) is None else _fitted(run, version)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={Run: lambda run: str(run.folder)})
def _fitted(run: Run, version: str) -> float:
    known = known_validation(run, version)
    return 1.0 if known is None else fitted_temperature(*known)


def _ask_temperature(run: Run) -> None:
    """Fit it when somebody wants it: the network has to look at its validation images once."""
    place = f"validation {run.id}"
    if not st.session_state.get(f"{place} wanted"):
        note(_("One number can often mend this: a temperature by which the logits are divided."))
        if not st.button(_("Fit a temperature"), key=f"{place} go"):
            return
        st.session_state[f"{place} wanted"] = True
    try:
        answer = ask(place, "validation", slow=True, model=run.id, version=model_card(run.id).version)
    except ImgclsError as error:
        st.session_state.pop(f"{place} wanted")
        show_error(error)
        return
    if answer is None:
        waiting(place, _("The network looks at its validation images …"))
        return
    st.session_state.pop(f"{place} wanted")
    st.rerun()


def not_sure(run: Run, kept: Kept) -> None:
    st.markdown(_("#### And if it may say “not sure”?"))
    temperature = _temperature(run) or 1.0
    confidence = softmax(kept.logits / temperature).max(axis=1)
    version = model_card(run.id).version if is_saved(run) else ""
    known = threshold_of(run, version)
    figure, words = st.columns([7, 5], gap="large")
    with words:
        label, start = _("It answers only if it is at least so sure"), 90 if known is None else round(100 * known.least)
        percent = st.slider(label, 0, 100, start, format="%d%%", key=f"not sure {run.id}")
        found = answered_from(confidence, kept.correct, percent / 100)
        st.markdown(_outcome(found, len(kept.labels)))
        if temperature != 1:
            note(_("So sure with the temperature of {temperature:.2f} that was fitted above.", temperature=temperature))
        note(_("What it keeps to itself, somebody else decides: choose by what a mistake costs, and what a question."))
        if version and percent:
            _keep(run, version, Threshold(percent / 100, temperature), known)
    with figure:
        coverage, right = coverage_curve(confidence, kept.correct)
        here = None if found.accuracy is None else (found.coverage, found.accuracy)
        drawn = coverage_figure(coverage, right, here, is_dark(), (_("share it answers"), _("right of those")))
        alt = _("Accuracy of the answers against the share of images that are answered")
        st.plotly_chart(drawn, key=f"coverage {run.id}", config=PLOT_CONFIG, theme=None, alt=alt)


def _keep(run: Run, version: str, chosen: Threshold, known: Threshold | None) -> None:
    """The threshold goes to Predict, and can be taken back."""

    def keep(threshold: Threshold | None) -> None:
        try:
            keep_threshold(run, version, threshold)
        except ImgclsError as error:
            show_error(error)

    with st.container(horizontal=True):
        if chosen != known:
            words = _("Say “not sure” on Predict below {percent:.0%}", percent=chosen.least)
            st.button(words, on_click=keep, args=(chosen,), key=f"keep threshold {run.id}")
        if known is not None:
            st.button(_("Let it always answer"), on_click=keep, args=(None,), key=f"forget threshold {run.id}")
    if known is not None:
        note(_("On Predict it says “not sure” below {percent:.0%}.", percent=known.least))


def _outcome(found: Answered, count: int) -> str:
    if found.accuracy is None:
        return _("It answers none of the {count:,} images.", count=count)
    return _(
        "It answers **{answered:,}** of {count:,} images, and **{share:.1%}** of them rightly. It keeps {wrong:,} "
        "wrong answers to itself, and {right:,} right ones.",
        answered=found.answered,
        count=count,
        share=found.accuracy,
        wrong=found.silenced_wrong,
        right=found.silenced_right,
    )
