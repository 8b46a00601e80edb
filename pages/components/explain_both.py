"""Why this class rather than that one: the map of each class by itself beside the map of their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from imgcls.explain import Explanation, Method
from imgcls.explain.explain import HIGHEST
from imgcls.explain.explanation import STATUS_SHORT, Shows, Status, drawable_together
from imgcls.explain.picture import enlarge, overlay
from imgcls.models import ModelCard
from pages.components.answers import drop_unanswered
from pages.components.explain_question import Question, answer
from pages.components.explain_words import plain_subject
from pages.components.notices import note, strong
from pages.components.picture import show_picture
from pages.components.words import _

SIDE = 252
#: The places of the two further answers.
_PLACES = ("own", "other")
#: The third map is the first less the second, if it differs from that by at most this share of its highest value.
_SAME = 1e-3


def both_classes(question: Question, explanation: Explanation) -> None:
    """Draw the two classes' own maps on the scale of their difference; nothing where no class is held against."""
    if explanation.against is None or not _has_both(question.method):
        drop_both(question.method)
        return
    strong(_("Each of the two classes by itself, and their difference"))
    columns = st.columns(3)
    found: list[Explanation | None] = []
    for column, place, target in zip(columns, _PLACES, (explanation.target, explanation.against), strict=False):
        with column:
            alone = replace(question, place=_place(question.method, place), target=target, against=None)
            found.append(answer(alone))
    known = [one for one in (*found, explanation) if one is not None]
    if len(known) < len(columns):
        return  # on one scale only once all are there; what is under way is said in its place
    size = (question.image.shape[0], question.image.shape[1])
    maps = drawable_together([_raw(one) for one in known], size, HIGHEST.get(question.method.family, 1.0))
    for column, one, heat in zip(columns, known, maps, strict=True):
        with column:
            _map(question, one, heat)
    note(_scale(known))


def drop_both(method: Method) -> None:
    """What is no longer shown need not be finished."""
    for place in _PLACES:
        drop_unanswered(_place(method, place))


def _place(method: Method, place: str) -> str:
    return f"explain {method.name} {place}"


def _has_both(method: Method) -> bool:
    """Whether a class has a map of its own: not where all have the same, nor where no map is made."""
    return method.class_specific and method.shows != Shows.PICTURE


def _raw(explanation: Explanation) -> np.ndarray:
    return explanation.raw if explanation.drawn else np.zeros((0, 0), np.float32)


def _map(question: Question, explanation: Explanation, heat: np.ndarray) -> None:
    words = _name(question.card, explanation)
    if explanation.drawn:
        show_picture(overlay(question.image, heat, question.opacity, 2 * SIDE), words, words)
    else:
        short = _(STATUS_SHORT[Status(explanation.status)])
        show_picture(enlarge(question.image, 2 * SIDE), words, f"{words}: {short}")


def _name(card: ModelCard, explanation: Explanation) -> str:
    name = plain_subject(card, explanation)
    return name if explanation.against is not None else _("{name} by itself", name=name)


def _scale(known: Sequence[Explanation]) -> str:
    """How the three can be read together."""
    one = _("All three in one scale: equal heat is an equal value.")
    first, second, third = (each.raw for each in known)
    if not first.shape == second.shape == third.shape or not third.size:
        return one
    apart = float(np.abs(first - second - third).max(initial=0))
    if apart <= _SAME * float(np.abs(third).max(initial=0)):
        return one + " " + _("The raw values of the third are those of the first less those of the second.")
    return (
        one
        + " "
        + _(
            "The third is the map of the difference of the two scores. With this method that is not the first map less "
            "the second."
        )
    )
