"""How many images are kept for validation and for the test."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from imgcls.datasets import Facts
from imgcls.datasets.look import drawn_by_us
from imgcls.recipe import Split, refusal
from pages.components.words import _

_SHARES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4]


def split_controls(start: Split, facts: Facts, key: str) -> Split:
    """Two sliders, without those that decide nothing because the data set has such a part of its own.

    Args:
        start: what they begin with.
        facts: of the data set.
        key: names the controls within the session.

    Raises:
        RecipeError: the shares leave nothing to train on.
    """
    has_validation, has_test = drawn_by_us(facts)
    validation, test = start.validation, start.test
    if has_validation:
        text = _("Images on which every epoch is judged. The best epoch is chosen by them.")
        validation = _share(_("Validation share"), validation, text, f"{key} validation")
    if has_test:
        text = _("Images that are kept for one measurement at the end.")
        test = _share(_("Test share"), test, text, f"{key} test")
    if not (has_validation and has_test):
        st.caption(_("The data set comes with a division into parts, which is kept."))
    try:
        return Split(validation=validation, test=test)
    except ValidationError as error:
        raise refusal(error, prefix="split") from None


def split_words(start: Split, key: str) -> str:
    """What the controls say, or begin with, for the fold that they stand in: `70 / 10 / 20 %`."""
    validation = st.session_state.get(f"{key} validation", start.validation)
    test = st.session_state.get(f"{key} test", start.test)
    shares = (max(0.0, 1 - validation - test), validation, test)
    return " / ".join(f"{100 * share:.3g}" for share in shares) + " %"


def _share(label: str, start: float, text: str, key: str) -> float:
    shares = sorted({*_SHARES, start})
    return float(st.select_slider(label, shares, start, lambda share: f"{100 * share:.3g} %", help=text, key=key))
