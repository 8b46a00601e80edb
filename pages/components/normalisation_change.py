"""Batch normalisation with a batch of one's own size: the formula's numbers, and why training and use differ."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.histograms import histograms_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.lessons.normalisation import EPSILON, moving_statistics, normalise, statistics
from pages.components.glossary import terms
from pages.components.keras_check import keras_check
from pages.components.normalisation_rates import rates_are_on, start_rates, watch_rates
from pages.components.normalisation_values import channel, drawn_batch
from pages.components.notices import note
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "normalisation change"
_MOMENTUM, _BATCHES, _COMPANIONS = 0.9, 60, 40


def change_it() -> None:
    if rates_are_on():
        watch_rates()
        return
    _batches()
    st.divider()
    start_rates()


def _batches() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        size = int(st.select_slider(_("Images in the batch"), [2, 4, 8, 16, 32, 64], 8, key=f"{_KEY} size"))
        gamma = float(st.slider(_("γ, the new spread"), -3.0, 3.0, 1.0, 0.1, key=f"{_KEY} gamma"))
        beta = float(st.slider(_("β, the new mean"), -3.0, 3.0, 0.0, 0.1, key=f"{_KEY} beta"))
        seed = int(st.number_input(_("Number of the batch"), 1, 1000, 1, key=f"{_KEY} seed"))
        terms("batch norm", "batch", "moving average", "training mode")
        note(_("The article stops at (x − μ) / √(σ² + ε). In full, γ and β follow: they let the network undo it."))
    batch = drawn_batch(size, seed)
    x = batch.ravel().astype(float)
    mean, variance = statistics(x)
    kept_mean, kept_variance = _kept(size)
    with right:
        _formula(float(x[np.abs(x - mean).argmax()]), mean, variance, gamma, beta)
        values = {
            _("while training"): normalise(x, mean, variance, gamma, beta),
            _("when used"): normalise(x, kept_mean, kept_variance, gamma, beta),
        }
        figure = histograms_figure(values, _("value afterwards"), _("share of all values"), is_dark())
        st.plotly_chart(figure, key=f"{_KEY} chart", config=PLOT_CONFIG, theme=None, alt=_("The channel in both modes"))
        ours = normalise(batch, mean, variance, gamma, beta)
        keras_check(_KEY, "BatchNormalization", ours, {"x": batch}, gamma=gamma, beta=beta)
        _modes(size, (mean, variance), (kept_mean, kept_variance))


@st.cache_data(show_spinner=False)
def _kept(size: int) -> tuple[float, float]:
    """What the layer remembers after some batches of this size."""
    return moving_statistics((drawn_batch(size, 10_000 + one) for one in range(_BATCHES)), _MOMENTUM)


@st.cache_data(show_spinner=False)
def _wandering(size: int) -> float:
    """How much one picture's strongest value moves when its companions in the batch change: the standard deviation."""
    one = channel()[:1]
    brightest = float(one.max())
    found = []
    for turn in range(_COMPANIONS):
        batch = np.concatenate([one, drawn_batch(size - 1, 20_000 + turn)])
        found.append(float(normalise(np.array(brightest), *statistics(batch.astype(float)))))
    return float(np.std(found))


def _formula(x: float, mean: float, variance: float, gamma: float, beta: float) -> None:
    hat = (x - mean) / (variance + EPSILON) ** 0.5
    st.latex(rf"\hat{{x}}=\frac{{{x:.1f}-({mean:.1f})}}{{\sqrt{{{variance:.1f}+{EPSILON}}}}}={hat:.3f}")
    st.latex(rf"y={gamma:g}\cdot({hat:.3f})+({beta:g})={gamma * hat + beta:.3f}")
    note(_("The value of the batch that lies furthest from its mean, number by number."))


def _modes(size: int, batch: tuple[float, float], kept: tuple[float, float]) -> None:
    one, two, three = st.columns(3)
    one.metric(_("this batch: μ, σ"), f"{batch[0]:.1f}, {batch[1] ** 0.5:.1f}")
    two.metric(_("moving average: μ, σ"), f"{kept[0]:.1f}, {kept[1] ** 0.5:.1f}")
    three.metric(_("one value wanders by"), f"{_wandering(size):.3f}")
    note(
        _(
            "While training, a picture is normalised by the {count} pictures that happen to be in its batch: with "
            "other companions, one and the same value comes out {wander:.3f} higher or lower. When the network is used "
            "there may be one picture only, so the moving average of all batches stands in, and the answer no longer "
            "depends on who else is there. Small batches wander more: move the slider.",
            count=size,
            wander=_wandering(size),
        )
    )
    note(
        _(
            "Here the moving average keeps {momentum:g} of itself at each of {batches} batches. Keras keeps 0.99, for "
            "thousands of batches; after {batches} it would still remember where it began.",
            momentum=_MOMENTUM,
            batches=_BATCHES,
        )
    )
