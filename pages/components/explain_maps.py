"""The maps: one method in full, or several side by side, each with what it can and cannot say."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, methods
from imgcls.explain.explanation import Status
from imgcls.explain.picture import legend, overlay, panel
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.signed_map import signed_map_figure
from imgcls.images import encode_png
from imgcls.models import ModelCard
from pages.components.answers import drop_unanswered
from pages.components.explain_both import both_classes, drop_both
from pages.components.explain_choices import Asked
from pages.components.explain_question import Question, answer, question
from pages.components.explain_words import caption, captions, ends, heading, plain_subject
from pages.components.notices import note, strong
from pages.components.picture import show_picture
from pages.components.style import is_dark
from pages.components.words import _

SIDE = 252
#: Methods in one row.
ACROSS = 3


def maps(card: ModelCard, image: np.ndarray, asked: Asked, found: Answer) -> dict[str, Explanation]:
    """Ask for each method, draw what has been answered, and return it by the method's name."""
    questions = [question(card, image, name, asked, found) for name in asked.methods]
    for other in methods():  # what is no longer shown need not be finished
        if other.name not in asked.methods:
            drop_unanswered(f"explain {other.name}")
        if other.name not in asked.methods or len(questions) > 1:
            drop_both(other)
    if not questions:
        st.info(_("Choose a method above: its map appears here."))
        return {}
    if len(questions) == 1:
        known = answer(questions[0])
        if known is not None:
            st.markdown(heading(card, [known]))
            _one(questions[0], known)
        return {} if known is None else {known.method: known}
    return _side_by_side(questions)


def _one(question: Question, explanation: Explanation) -> None:
    """One method with all there is to see of it."""
    if explanation.picture is not None:
        _made(question.card, explanation)
    elif explanation.drawn:
        _pictures(question, explanation)
    else:
        _not_drawn(question, explanation)
    _said(explanation)
    both_classes(question, explanation)
    _about(question, explanation)


def _pictures(question: Question, explanation: Explanation) -> None:
    side = 2 * SIDE  # drawn larger than shown: smooth on every screen
    given, heated, raw = st.columns(3)
    with given:
        show_picture(question.image, _("What the network sees"), _("What the network sees"))
    with heated:
        pixels = overlay(question.image, explanation.map, question.opacity, side)
        show_picture(pixels, caption(explanation), caption(explanation))
    with raw:
        _values(explanation)
    low, high = ends(question.card, explanation)
    less, scale, more = st.columns([3, 4, 3], vertical_alignment="center")
    less.markdown(low, text_alignment="right")
    with scale:
        show_picture(legend(320, 16), _("Colour scale from less to more"))
    more.markdown(high)
    note(_enlarged(explanation))


def _not_drawn(question: Question, explanation: Explanation) -> None:
    """No heat, for the reason that is told below; the numbers, where there are any, can still be read."""
    given, _between, raw = st.columns(3)
    with given:
        show_picture(question.image, _("What the network sees"), _("What the network sees"), width=SIDE)
    if has_numbers(explanation):
        with raw:
            _values(explanation)


def has_numbers(explanation: Explanation) -> bool:
    """Whether there are raw values to read."""
    return explanation.raw.size > 0 and bool(np.isfinite(explanation.raw).all())


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


def _enlarged(explanation: Explanation) -> str:
    """How the heat came from the raw values."""
    height, width = explanation.raw.shape
    if explanation.raw.shape == explanation.map.shape:
        return _("The heat is what is above zero in the raw values, one for each pixel that the network sees.")
    return _(
        "The heat is what is above zero in the raw values, {height} × {width}, enlarged by half-pixel bilinear "
        "interpolation: each value stands in the middle of its part of the picture.",
        height=height,
        width=width,
    )


def _made(card: ModelCard, explanation: Explanation) -> None:
    """What a method made that looks at no picture."""
    assert explanation.picture is not None
    words = _("What excites {name} most", name=plain_subject(card, explanation))
    show_picture(explanation.picture, words, words, width=SIDE)


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
    downloads(question.card, question.image, explanation, question.opacity)


def _side_by_side(questions: Sequence[Question]) -> dict[str, Explanation]:
    found: dict[str, Explanation] = {}
    above = st.container()
    show_size = questions[0].image
    cells: list[Question | None] = [None, *questions]
    for start in range(0, len(cells), ACROSS + 1):
        for column, asked in zip(st.columns(ACROSS + 1), cells[start : start + ACROSS + 1], strict=False):
            with column:
                if asked is None:
                    strong(_("The picture"))
                    show_picture(show_size, _("What the network sees"), _("What the network sees"))
                    continue
                known = answer(asked)
                if known is not None:
                    found[known.method] = known
                    _cell(asked, known)
    if found:
        with above:
            st.markdown(heading(questions[0].card, list(found.values())))
            if questions[0].against is not None:
                note(_("Choose one method alone to see the map of each of the two classes beside it."))
    return found


def _cell(question: Question, explanation: Explanation) -> None:
    known = question.method
    st.markdown(f"**{_(known.title)}**", help=f"{_(known.question)} {_(known.limits_text)}")
    if explanation.picture is not None:
        show_picture(explanation.picture, _(known.title), None)
    elif explanation.drawn:
        pixels = overlay(question.image, explanation.map, question.opacity, 2 * SIDE)
        show_picture(pixels, f"{_(known.title)}: {caption(explanation)}", caption(explanation))
    if explanation.status != Status.OK:
        note(f"{_(explanation.words.means)} {_(explanation.words.advice)}")
    with st.popover(_("More"), width="stretch"):
        if has_numbers(explanation):
            _values(explanation)
        if explanation.drawn:
            note(_enlarged(explanation))
        _about(question, explanation)


def downloads(card: ModelCard, image: np.ndarray, explanation: Explanation, opacity: float) -> None:
    """What can be taken home: a page with everything, the heat over the picture, the raw numbers."""
    name, written = explanation.method, captions(card, explanation)
    page, heat, numbers = st.columns(3)
    with page:
        st.download_button(
            _("One-page picture"),
            lambda: encode_png(panel(image, explanation, written)),
            f"{name}.png",
            "image/png",
            key=f"download page {name}",
            width="stretch",
        )
    made = explanation.picture
    if made is not None or explanation.drawn:
        with heat:
            st.download_button(
                _("Overlay") if made is None else _("The picture alone"),
                lambda: encode_png(overlay(image, explanation.map, opacity, 4 * SIDE) if made is None else made),
                f"{name}-overlay.png" if made is None else f"{name}-alone.png",
                "image/png",
                key=f"download overlay {name}",
                width="stretch",
            )
    if not explanation.raw.size:
        return
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
