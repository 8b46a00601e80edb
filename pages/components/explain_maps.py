"""The maps: one method in full, or several side by side, each with what it can and cannot say."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, Method, explanation_from, method
from imgcls.explain.explain import settings_of
from imgcls.explain.explanation import STATUS_WORDS, Status
from imgcls.explain.picture import legend, overlay, panel
from imgcls.explain.registry import Family, Size
from imgcls.figures.bars import percentage
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.signed_map import signed_map_figure
from imgcls.images import encode_png
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting, waiting_long
from pages.components.explain_choices import Asked
from pages.components.notices import literal, note, strong
from pages.components.picture import show_picture
from pages.components.style import is_dark
from pages.components.words import _

SIDE = 252
#: Methods in one row.
ACROSS = 3
#: Work that takes longer than this, in seconds, is priced before it starts; half of it waits in the slow line.
PRICED = 2.0


@dataclass(frozen=True)
class Question:
    """One method about one image."""

    card: ModelCard
    image: np.ndarray
    method: Method
    asked: Asked
    found: Answer

    @property
    def place(self) -> str:
        return f"explain {self.method.name}"

    @property
    def passes(self) -> int:
        """How many images pass through the network."""
        shapes = {entry["name"]: entry["shape"] for entry in self.found.facts["layers"]}
        channels = int(shapes[self.asked.layer][2]) if self.asked.layer in shapes else 0
        size = Size(self.image.shape[0], self.image.shape[1], channels)
        return self.method.passes(settings_of(self.method, self.options), size)

    @property
    def options(self) -> dict[str, object]:
        return dict(self.asked.options.get(self.method.name, {}))

    @property
    def misfit(self) -> Status | None:
        """Why the method says nothing about this network."""
        return self.method.misfit(bool(self.found.facts["layers"]), bool(self.found.facts.get("relu", True)))

    @property
    def token(self) -> str:
        """The same for the same question."""
        told = (self.card.version, self.method.name, self.asked.target, self.asked.against, self.asked.layer)
        digest = hashlib.sha256(repr((told, sorted(self.options.items()))).encode())
        digest.update(np.ascontiguousarray(self.image).tobytes())
        return digest.hexdigest()


def maps(card: ModelCard, image: np.ndarray, asked: Asked, found: Answer) -> dict[str, Explanation]:
    """Ask for each method, draw what has been answered, and return it by the method's name."""
    questions = [Question(card, image, method(name), asked, found) for name in asked.methods]
    if not questions:
        st.info(_("Choose a method above: its map appears here."))
        return {}
    if len(questions) == 1:
        known = _answer(questions[0])
        if known is not None:
            _heading(card, known)
            _one(questions[0], known)
        return {} if known is None else {known.method: known}
    return _side_by_side(questions)


def _answer(question: Question) -> Explanation | None:
    """What the method says; None while it is being found out, which is then said in its place."""
    if question.misfit is not None:
        words = STATUS_WORDS[question.misfit]
        st.warning(f"**{_(question.method.title)}.** {_(words.means)} {_(words.advice)}")
        return None
    seconds = _seconds(question)
    if seconds > PRICED and not _is_wanted(question, seconds):
        return None
    answer = ask(
        question.place,
        "explain",
        {"image": question.image},
        slow=seconds > PRICED / 2,
        model=question.card.name,
        version=question.card.version,
        method=question.method.name,
        layer=question.asked.layer,
        against=question.asked.against,
        options=question.options,
        **{"class": question.asked.target},
    )
    if answer is not None:
        return explanation_from(answer.facts, answer.arrays)
    if seconds > PRICED / 2:
        waiting_long(question.place, _(question.method.title), lambda: _forget(question))
    else:
        waiting(question.place)
    return None


def _seconds(question: Question) -> float:
    """About how long it will take; 0 where nobody needs to know."""
    if question.passes < ACROSS * 10:
        return 0.0
    price = ask("price", "price", model=question.card.name, version=question.card.version)
    return 0.0 if price is None else question.passes * float(price.facts["seconds"])


def _is_wanted(question: Question, seconds: float) -> bool:
    """Whether the reader has agreed to the price; else it is told."""
    key = f"wanted {question.method.name}"
    if st.session_state.get(key) == question.token:
        return True
    with st.container(border=True):
        st.markdown(f"**{_(question.method.title)}**")
        st.markdown(
            _(
                "{passes} pictures pass through the network: about {seconds:.0f} s.",
                passes=f"{question.passes:,}",
                seconds=seconds,
            )
        )
        if st.button(_("Compute it"), key=f"go {question.method.name}"):
            st.session_state[key] = question.token
            st.rerun()
    return False


def _forget(question: Question) -> None:
    st.session_state.pop(f"wanted {question.method.name}", None)


def class_words(card: ModelCard, explanation: Explanation) -> str:
    """ "3", or "3 rather than 8"."""
    name = literal(card.class_names[explanation.target])
    if explanation.against is None:
        return f"**{name}**"
    return _("**{name}** rather than **{other}**", name=name, other=literal(card.class_names[explanation.against]))


def _heading(card: ModelCard, explanation: Explanation) -> None:
    share = percentage(float(explanation.probabilities[explanation.target]))
    st.markdown(
        _("### Evidence for {name}, to which it gives {share}", name=class_words(card, explanation), share=share)
    )


def _one(question: Question, explanation: Explanation) -> None:
    """One method with all there is to see of it."""
    if explanation.picture is not None:
        _made(question, explanation, st.columns(3))
    elif explanation.drawn:
        _pictures(question, explanation)
    else:
        show_picture(question.image, _("What the network sees"), _("What the network sees"), width=SIDE)
    _said(explanation)
    _about(question, explanation)


def _pictures(question: Question, explanation: Explanation) -> None:
    side = 2 * SIDE  # drawn larger than shown: smooth on every screen
    given, heated, raw = st.columns(3)
    with given:
        show_picture(question.image, _("What the network sees"), _("What the network sees"))
    with heated:
        pixels = overlay(question.image, explanation.map, question.asked.opacity, side)
        show_picture(pixels, _("Where the evidence lies"), _("Where the evidence lies"))
    with raw:
        _values(explanation)
    less, scale, more = st.columns([3, 4, 3], vertical_alignment="center")
    less.markdown(_("less evidence"), text_alignment="right")
    with scale:
        show_picture(legend(320, 16), _("Colour scale from less to more evidence"))
    more.markdown(_("more evidence for {name}", name=class_words(question.card, explanation)))


def _values(explanation: Explanation) -> None:
    """The raw map, each value under the pointer."""
    words = (_("row"), _("column"), _("value"))
    figure = signed_map_figure(explanation.raw, explanation.signed, is_dark(), words)
    figure.update_layout(height=SIDE)
    alt = _(
        "The raw values of the map, {height} × {width}", height=explanation.raw.shape[0], width=explanation.raw.shape[1]
    )
    st.plotly_chart(figure, key=f"raw {explanation.method}", config=PLOT_CONFIG, theme=None, alt=alt)
    if explanation.signed:
        note(_("The raw values: red speaks for it, blue against it. Point at one to read it."))
    else:
        note(_("The raw values: the redder, the more. Point at one to read it."))


def _made(question: Question, explanation: Explanation, columns: Sequence[object]) -> None:
    """What a method made that looks at no picture."""
    assert explanation.picture is not None
    with columns[0]:  # type: ignore[attr-defined]
        words = _("What excites {name} most", name=question.card.class_names[explanation.target])
        show_picture(explanation.picture, words, words)


def _said(explanation: Explanation) -> None:
    """What stands in the way of believing the picture, if something does."""
    if explanation.status == Status.OK:
        return
    words = explanation.words
    st.warning(f"{_(words.means)} {_(words.advice)}")


def _about(question: Question, explanation: Explanation) -> None:
    known = question.method
    st.markdown(f"**{_(known.title)}.** {_(known.question)}")
    st.markdown(_("**What it cannot say.** {limits}", limits=_(known.limits_text)))
    took = _("{milliseconds:.0f} ms", milliseconds=explanation.seconds * 1000)
    note(f"{known.paper} · {_(known.cost)} · {took}")
    downloads(question.card, question.image, explanation, question.asked.opacity)


def _side_by_side(questions: Sequence[Question]) -> dict[str, Explanation]:
    found: dict[str, Explanation] = {}
    heading = st.container()
    show_size = questions[0].image
    cells: list[Question | None] = [None, *questions]
    for start in range(0, len(cells), ACROSS + 1):
        for column, question in zip(st.columns(ACROSS + 1), cells[start : start + ACROSS + 1], strict=False):
            with column:
                if question is None:
                    strong(_("The picture"))
                    show_picture(show_size, _("What the network sees"), _("What the network sees"))
                    continue
                known = _answer(question)
                if known is not None:
                    found[known.method] = known
                    _cell(question, known)
    if found:
        with heading:
            _heading(questions[0].card, next(iter(found.values())))
    return found


def _cell(question: Question, explanation: Explanation) -> None:
    known = question.method
    st.markdown(f"**{_(known.title)}**", help=f"{_(known.question)} {_(known.limits_text)}")
    if explanation.picture is not None:
        show_picture(explanation.picture, _(known.title), None)
    elif explanation.drawn:
        pixels = overlay(question.image, explanation.map, question.asked.opacity, 2 * SIDE)
        show_picture(pixels, _("{method}: where the evidence lies", method=_(known.title)))
    if explanation.status != Status.OK:
        note(f"{_(explanation.words.means)} {_(explanation.words.advice)}")
    with st.popover(_("More"), width="stretch"):
        if known.family != Family.SYNTHESIS and explanation.drawn:
            _values(explanation)
        _about(question, explanation)


def downloads(card: ModelCard, image: np.ndarray, explanation: Explanation, opacity: float) -> None:
    """What can be taken home: a page with everything, the heat over the picture, the raw numbers."""
    name = explanation.method
    share = float(explanation.probabilities[explanation.target])
    other = "" if explanation.against is None else f" / {card.class_names[explanation.against]}"
    title = f"{method(name).title}: {card.class_names[explanation.target]}{other} ({share:.1%})"
    page, heat, numbers = st.columns(3)
    with page:
        st.download_button(
            _("One-page picture"),
            lambda: encode_png(panel(image, explanation, title)),
            f"{name}.png",
            "image/png",
            key=f"download page {name}",
            width="stretch",
        )
    if not explanation.drawn:
        return
    with heat:
        st.download_button(
            _("Overlay"),
            lambda: encode_png(overlay(image, explanation.map, opacity, 4 * SIDE)),
            f"{name}-overlay.png",
            "image/png",
            key=f"download overlay {name}",
            width="stretch",
        )
    with numbers:
        st.download_button(
            _("Raw numbers"),
            lambda: npy(explanation.raw),
            f"{name}.npy",
            "application/octet-stream",
            help=_("A numpy array, signed, before it was cut at zero and enlarged: numpy.load reads it."),
            key=f"download raw {name}",
            width="stretch",
        )


def npy(array: np.ndarray) -> bytes:
    """An array as the bytes of a `.npy` file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
