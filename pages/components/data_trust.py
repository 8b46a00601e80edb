"""Can it be trusted? One line of answers, above whatever is looked at."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets.look import Look
from imgcls.datasets.statistics import class_counts, scarce, unevenness
from pages.components.data_choice import Asked
from pages.components.data_twins import is_asked_for, search, wait_for_search
from pages.components.words import _


def trust_line(asked: Asked, seen: Look, is_about_twins: bool) -> None:
    """Badges: are the classes even, are there enough images in every part, is the test a test?

    Args:
        asked: the data set.
        seen: the same, opened.
        is_about_twins: what stands below says how the search for twins goes.
    """
    counts = class_counts(seen)
    answers = [] if not counts.sum() else [_evenness(unevenness(counts).is_large), _enough(bool(scarce(counts)))]
    pairs = search(asked, seen, wait=is_about_twins)
    st.markdown(" ".join([*answers, _twins(asked, seen, None if pairs is None else len(pairs))]))
    if pairs is None and not is_about_twins:
        wait_for_search(asked, seen)


def _evenness(is_uneven: bool) -> str:
    return _badge("orange", _("uneven classes")) if is_uneven else _badge("green", _("classes even"))


def _enough(is_scarce: bool) -> str:
    if is_scarce:
        return _badge("orange", _("few images of some classes"))
    return _badge("green", _("enough images in every part"))


def _twins(asked: Asked, seen: Look, found: int | None) -> str:
    if found is None:
        return _badge("gray", _("looking for twins …") if is_asked_for(asked, seen) else _("twins not looked for"))
    if found:
        return _badge("orange", _("{count:,} test images are also trained on", count=found))
    return _badge("green", _("no test image in training"))


def _badge(colour: str, text: str) -> str:
    return f":{colour}-badge[{text}]"
