"""One method about one image: what it costs, whether the reader wants it at that price, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, Method, explanation_from, method
from imgcls.explain.explain import settings_of
from imgcls.explain.explanation import STATUS_WORDS, Status
from imgcls.explain.registry import Size
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting, waiting_long
from pages.components.explain_choices import Asked
from pages.components.prices import price_words, seconds_of, wait_for_price
from pages.components.words import _

#: Fewer passes than this cost nothing that anybody need know of.
FEW = 30
#: Work that takes longer than this, in seconds, is priced before it starts; from half of it on it waits in the slow
#: line, where methods that are heavy wait always.
PRICED = 2.0


@dataclass(frozen=True, eq=False)
class Question:
    """One method about one image.

    Args:
        place: where its answer stands on the page.
        image: uint8, as the network sees it.
        target: the class; None for the predicted one.
        against: the class that it is held against; None for none.
        layer: where class activation maps are made; None for the usual one.
        layers: the network's answer to the operation `layers`.
        opacity: of the heat, 0 to 1.
    """

    place: str
    card: ModelCard
    image: np.ndarray
    method: Method
    layers: Answer
    target: int | None = None
    against: int | None = None
    layer: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    opacity: float = 0.6

    @property
    def size(self) -> Size:
        """What the price depends on."""
        shapes = {entry["name"]: entry["shape"] for entry in self.layers.facts["layers"]}
        channels = int(shapes.get(self.layer or self.layers.facts["default"], (0, 0, 0))[2])
        return Size(self.image.shape[0], self.image.shape[1], channels)

    @property
    def passes(self) -> int:
        """How many images pass through the network."""
        return self.method.passes(settings_of(self.method, self.options), self.size)

    @property
    def misfit(self) -> Status | None:
        """Why the method says nothing about this network."""
        return self.method.misfit(bool(self.layers.facts["layers"]), bool(self.layers.facts.get("relu", True)))

    @property
    def token(self) -> str:
        """The same for the same question."""
        told = (self.card.version, self.method.name, self.target, self.against, self.layer)
        digest = hashlib.sha256(repr((told, sorted(self.options.items()))).encode())
        digest.update(np.ascontiguousarray(self.image).tobytes())
        return digest.hexdigest()


def question(
    card: ModelCard, image: np.ndarray, name: str, asked: Asked, layers: Answer, place: str | None = None
) -> Question:
    """What is asked by the controls of the page."""
    options = dict(asked.options.get(name, {}))
    given = (asked.target, asked.against, asked.layer, options, asked.opacity)
    return Question(place or f"explain {name}", card, image, method(name), layers, *given)


def answer(question: Question) -> Explanation | None:
    """What the method says; None while it is being found out, which is then said in its place."""
    if question.misfit is not None:
        words = STATUS_WORDS[question.misfit]
        st.warning(f"**{_(question.method.title)}.** {_(words.means)} {_(words.advice)}")
        return None
    seconds = 0.0
    if question.passes >= FEW or question.method.is_heavy:
        known = seconds_of(question.card, question.passes)
        if known is None:  # nothing begins before its price is known
            wait_for_price(question.card)
            return None
        seconds = known
        if not _is_wanted(question, seconds):
            return None
    slow = question.method.is_heavy or seconds > PRICED / 2
    found = ask(
        question.place,
        "explain",
        {"image": question.image},
        slow=slow,
        model=question.card.name,
        version=question.card.version,
        method=question.method.name,
        layer=question.layer,
        against=question.against,
        options=dict(question.options),
        **{"class": question.target},
    )
    if found is not None:
        return explanation_from(found.facts, found.arrays)
    if slow:
        waiting_long(question.place, _(question.method.title), lambda: _stop(question))
    else:
        waiting(question.place)
    return None


def _is_wanted(question: Question, seconds: float) -> bool:
    """Whether the reader has agreed to the price, or it is too low to ask; else it is told."""
    if seconds <= PRICED and st.session_state.get(_stopped(question)) != question.token:
        return True
    if st.session_state.get(_wanted(question)) == question.token:
        return True
    with st.container(border=True):
        st.markdown(f"**{_(question.method.title)}**")
        st.markdown(price_words(question.passes, seconds))
        if st.button(_("Compute it"), key=f"go {question.place}"):
            st.session_state[_wanted(question)] = question.token
            st.rerun()
    return False


def _stop(question: Question) -> None:
    """The reader does not want it any more: it must not begin again by itself."""
    st.session_state.pop(_wanted(question), None)
    st.session_state[_stopped(question)] = question.token


def _wanted(question: Question) -> str:
    return f"wanted {question.place}"


def _stopped(question: Question) -> str:
    return f"stopped {question.place}"
