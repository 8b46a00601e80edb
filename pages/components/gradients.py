"""How strong the gradient is in each layer of the networks of a race: at the first step, and after an epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from imgcls.figures.gradients import GradientWords, gradient_figure, norm_span
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.race import VARIANT_OPENINGS, VARIANT_WORDS, Race, Variant, far_apart, most_and_least_even
from imgcls.runs import FIRST_STEP, Curve, Gradients, Run, Status, read_gradients
from pages.components.notices import note
from pages.components.style import is_dark
from pages.components.words import _

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def show_gradients(
    race: Race, runs: Mapping[Variant, Run], statuses: Mapping[Variant, Status], curves: Mapping[Variant, Curve]
) -> None:
    """Two figures with the same axes, and below each what it says in one sentence."""
    st.subheader(_("Does the gradient reach the first layer?"))
    epoch = _epoch(race, statuses, curves)
    ended = {variant for variant, curve in curves.items() if any(line["epoch"] == epoch for line in curve.epochs)}
    first = _read(runs, FIRST_STEP)
    later = _read({variant: run for variant, run in runs.items() if variant in ended}, epoch)
    if not first and not later:
        note(_nothing(curves))
        return
    span = norm_span([*first.values(), *later.values()])
    before, after = st.columns(2)
    with before:
        st.markdown(_("**At the first step**, before anything is learned"))
        _figure(first, span, "first")
    with after:
        st.markdown(_("**At the last step of epoch {epoch}**", epoch=epoch))
        _figure(later, span, "later")
        _slider(race)


def _read(runs: Mapping[Variant, Run], epoch: int) -> dict[Variant, Gradients]:
    found = {variant: read_gradients(run.folder, epoch) for variant, run in runs.items()}
    return {variant: one for variant, one in found.items() if one is not None}


def _nothing(curves: Mapping[Variant, Curve]) -> str:
    if any(curve.step for curve in curves.values()):
        return _("These runs kept no gradients. The runs of a new race will.")
    return _("The gradient of every layer is drawn here when the first network has taken its first step.")


# -- the epoch


def _key(race: Race) -> str:
    return f"race epoch {' '.join(race.ids)}"


def _epoch(race: Race, statuses: Mapping[Variant, Status], curves: Mapping[Variant, Curve]) -> int:
    """The epoch that is looked at: until somebody chooses one, the newest that all lanes in the race have ended."""
    key = _key(race)
    if key not in st.session_state or not st.session_state.get(f"{key} chosen"):
        failed = {variant for variant, status in statuses.items() if status is Status.FAILED}
        newest = [curve.epochs[-1]["epoch"] for v, curve in curves.items() if curve.epochs and v not in failed]
        st.session_state[key] = max(1, min(newest, default=1))
    return min(int(st.session_state[key]), race.recipe.training.epochs)


def _slider(race: Race) -> None:
    epochs = race.recipe.training.epochs
    if epochs > 1:
        now = min(int(st.session_state[_key(race)]), epochs)
        st.slider(_("Epoch"), 1, epochs, now, key=_key(race), on_change=_choose, args=(_key(race),))


def _choose(key: str) -> None:
    st.session_state[f"{key} chosen"] = True


# -- a figure and its sentence


def _figure(gradients: Mapping[Variant, Gradients], span: tuple[float, float], key: str) -> None:
    names = {str(variant): _(VARIANT_WORDS[variant]) for variant in gradients}
    words = GradientWords(_("layer, from the image to the answer"), _("gradient norm"), names)
    said = " ".join(_sentences(gradients))
    st.plotly_chart(
        gradient_figure(gradients, span, is_dark(), words),
        key=f"gradients {key}",
        config=PLOT_CONFIG,
        theme=None,
        alt=said or _("Gradient norm of each layer: nothing yet"),
    )
    st.markdown(said or _("It is drawn here as soon as the runs come so far."))
    for variant, one in gradients.items():
        if missing := int((~one.drawable).sum()):
            note(
                _(
                    "{name}: {missing} of {layers} layers are not drawn. Their norm is 0, infinite or no number.",
                    name=_(VARIANT_WORDS[variant]),
                    missing=missing,
                    layers=len(one.layers),
                )
            )


def _sentences(gradients: Mapping[Variant, Gradients]) -> list[str]:
    """Where first and last layer differ most; then how far apart the networks are, or else where they differ least."""
    uneven = most_and_least_even(gradients)
    said = [_sentence(variant, gradients[variant]) for variant in uneven]
    if (apart := far_apart(gradients)) is None:
        return said
    strongest, weakest, ratio = apart
    across = _(
        "{opening}, the first layer's gradient is {times} times that of “{other}”.",
        opening=_(VARIANT_OPENINGS[strongest]),
        times=_times(ratio),
        other=_(VARIANT_WORDS[weakest]),
    )
    return [*said[:1], across]


def _sentence(variant: Variant, one: Gradients) -> str:
    """The gradient of the first layer beside that of the last."""
    opening, ratio = _(VARIANT_OPENINGS[variant]), one.last_by_first
    if math.isinf(ratio):
        return _("{opening}, nothing of the gradient reaches the first layer.", opening=opening)
    if ratio == 0:
        return _("{opening}, the last layer has no gradient.", opening=opening)
    if 0.5 < ratio < 2:
        return _("{opening}, the gradient of the first layer is about as large as that of the last.", opening=opening)
    if ratio >= 2:
        return _(
            "{opening}, the gradient of the first layer is {times} times smaller than that of the last.",
            opening=opening,
            times=_times(ratio),
        )
    return _(
        "{opening}, the gradient of the first layer is {times} times larger than that of the last.",
        opening=opening,
        times=_times(1 / ratio),
    )


def _times(ratio: float) -> str:
    """With two digits: 2.4, 4,000, 3.1 · 10⁹."""
    if ratio >= 1e6:
        digits, power = f"{ratio:.1e}".split("e+")
        return f"{digits} · 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}"
