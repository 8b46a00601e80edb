"""Two means and a spread of one's own: when is a difference more than chance?"""

from __future__ import annotations

import streamlit as st

from imgcls.figures.difference import Measured, difference_figure, means_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.lessons.choosing import MOST_SEEDS, interval_of_mean, margin, seeds_needed
from pages.components.glossary import terms
from pages.components.notices import note
from pages.components.question import Asked, ask_first
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "choosing change"
_FIRST, _SECOND, _SPREAD, _SEEDS = 96.8, 96.0, 0.6, 3


def change_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = _asked()
        if not asked.is_open:
            note(_("The intervals stand here when you have answered."))
            return
        _say(None if asked.answer is None else str(asked.answer))
        first = st.slider(_("Mean of A, %"), 90.0, 100.0, _FIRST, 0.1, key=f"{_KEY} first")
        second = st.slider(_("Mean of B, %"), 90.0, 100.0, _SECOND, 0.1, key=f"{_KEY} second")
        spread = st.slider(_("Spread from seed to seed, points"), 0.1, 3.0, _SPREAD, 0.1, key=f"{_KEY} spread")
        seeds = st.slider(_("Seeds of each"), 2, 20, _SEEDS, key=f"{_KEY} seeds")
        terms("seed", "test accuracy")
    with right:
        _shown(first, second, spread, seeds)


def _asked() -> Asked:
    return ask_first(
        "choosing real",
        _(
            "A reaches {first} %, B {second} %, from {seeds} seeds each; from seed to seed they spread by {spread} "
            "points. Is A better?",
            first=_FIRST,
            second=_SECOND,
            seeds=_SEEDS,
            spread=_SPREAD,
        ),
        choices={"yes": _("yes, clearly"), "no": _("that can be chance")},
    )


def _say(answer: str | None) -> None:
    """The answer given beside the margin of the case that was asked about."""
    half, needed = margin(_SPREAD, _SEEDS), seeds_needed(_FIRST - _SECOND, _SPREAD)
    values = {"difference": _FIRST - _SECOND, "half": half, "seeds": _SEEDS, "needed": needed or MOST_SEEDS}
    told = {
        "yes": _(
            "You said yes. But two means of {seeds} seeds each differ by up to {half:.2f} points through chance alone, "
            "and these differ by {difference:.1f}. Only from {needed} seeds of each on could one say it.",
            **values,
        ),
        "no": _(
            "You said that it can be chance, and so it is: two means of {seeds} seeds each differ by up to {half:.2f} "
            "points through chance alone, and these differ by {difference:.1f}. From {needed} seeds of each on one "
            "could say more.",
            **values,
        ),
    }
    if answer is not None:
        st.info(told[answer])


def _shown(first: float, second: float, spread: float, seeds: int) -> None:
    difference, half, each = first - second, margin(spread, seeds), interval_of_mean(spread, seeds)
    values = {"difference": difference, "half": half, "low": difference - half, "high": difference + half}
    st.markdown(_("#### Two means, each with its 95 % interval"))
    means = [Measured("A", first, each), Measured("B", second, each)]
    alt = _("A {first:.1f} ± {each:.2f}, B {second:.1f} ± {each:.2f} %", first=first, second=second, each=each)
    st.plotly_chart(
        means_figure(means, _("test accuracy, %"), is_dark()),
        key=f"{_KEY} means",
        config=PLOT_CONFIG,
        theme=None,
        alt=alt,
    )
    st.markdown(_("#### Their difference, and zero"))
    one = Measured(_("A − B"), difference, half)
    st.plotly_chart(
        difference_figure(one, _("points"), is_dark()),
        key=f"{_KEY} difference",
        config=PLOT_CONFIG,
        theme=None,
        alt=_("A − B: {difference:.2f} ± {half:.2f} points", **values),
    )
    if abs(difference) > half:
        st.success(
            _("**Real**: between {low:.2f} and {high:.2f} points, and zero is not among what is plausible.", **values)
        )
    else:
        st.warning(_("**It can be chance**: between {low:.2f} and {high:.2f} points, and zero is among it.", **values))
    _needed(difference, spread)
    st.latex(r"\bar a-\bar b\;\pm\;t_{0.975,\,2n-2}\cdot s\cdot\sqrt{\tfrac{2}{n}}")
    note(
        _(
            "n seeds of each, s their spread (standard deviation), t from Student's distribution. On Compare the same "
            "seeds are compared in pairs where both have them, which is often sharper; with more than two networks "
            "the interval is wider."
        )
    )


def _needed(difference: float, spread: float) -> None:
    needed = seeds_needed(difference, spread)
    if needed is None:
        note(_("Not even {most} seeds of each would tell so small a difference from chance.", most=MOST_SEEDS))
    else:
        note(_("With this spread, {needed} seeds of each are enough to tell this difference.", needed=needed))
