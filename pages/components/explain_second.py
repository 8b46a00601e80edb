"""Another look at the same picture: by another network, or by another implementation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from imgcls.explain import Explanation, method
from imgcls.explain.explanation import Status
from imgcls.explain.picture import overlay
from imgcls.explain.second_opinion import SAME, apart, can_be_asked
from imgcls.figures.bars import percentage
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.signed_map import signed_map_figure
from imgcls.models import ModelCard, model_card
from imgcls.preparation.choose import prepare_for
from pages.components.answers import ask, waiting
from pages.components.current import Picture, choose_model
from pages.components.explain_maps import SIDE
from pages.components.explain_question import Question, answer
from pages.components.explain_words import caption, subject_words
from pages.components.notices import literal, note
from pages.components.picture import show_picture
from pages.components.sources import bring_it
from pages.components.style import is_dark
from pages.components.words import _


def another_network(asked: Question, picture: Picture, ours: Explanation) -> None:
    """The same picture, the same method, the class of the same name: two networks side by side."""
    card = asked.card
    name = choose_model(_("The other network"), "other model", without=card.name)
    if name is None:
        st.info(_("There is no other network to ask. Train a second one that differs in one thing, and compare."))
        return
    other = model_card(name)
    theirs = prepare_for(other.preparation, picture.pixels, other.image_shape, not bring_it()).image
    layers = ask("other layers", "layers", model=other.name, version=other.version)
    if layers is None:
        waiting("other layers")
        return
    target, against = (_there(card, other, one) for one in (ours.target, ours.against))
    if target is None or target == against:
        against = None
    same = replace(asked, place="explain other", card=other, image=theirs, layers=layers, layer=None)
    found = answer(replace(same, target=target, against=against))
    if found is None:
        return
    if target is None and ours.filter is None:
        note(_("It does not know the class {name}: its own answer is explained.", name=_name(card, ours.target)))
    elif ours.against is not None and against is None:
        note(_("It does not know the class {name}: its map is held against none.", name=_name(card, ours.against)))
    first, second = st.columns(2)
    with first:
        _beside(card, asked.image, ours, asked.opacity)
    with second:
        _beside(other, theirs, found, asked.opacity)
    note(_("{method} on both, at the usual layer of the other.", method=_(method(ours.method).title)))


def _there(card: ModelCard, other: ModelCard, place: int | None) -> int | None:
    """The class of the same name in the other network; None where it knows none."""
    if place is None or card.class_names[place] not in other.class_names:
        return None
    return other.class_names.index(card.class_names[place])


def _name(card: ModelCard, place: int) -> str:
    return literal(card.class_names[place])


def _beside(card: ModelCard, image: np.ndarray, explanation: Explanation, opacity: float) -> None:
    share = float(explanation.probabilities[explanation.target])
    best = int(explanation.probabilities.argmax())
    subject = subject_words(card, explanation)
    if explanation.filter is not None:
        st.markdown(subject)
    else:
        st.markdown(_("{name}: {share}", name=subject, share=percentage(share)))
        if best != explanation.target:
            note(_("It says {name} instead.", name=_name(card, best)))
    if explanation.picture is not None:
        words = caption(explanation)
        show_picture(explanation.picture, words, words, width=SIDE)
    elif explanation.drawn:
        words = caption(explanation)
        show_picture(overlay(image, explanation.map, opacity, 2 * SIDE), words, words, width=SIDE)
    else:
        show_picture(image, _("What the network sees"), width=SIDE)
    if explanation.status != Status.OK:
        st.warning(f"{_(explanation.words.means)} {_(explanation.words.advice)}")


def second_opinion(card: ModelCard, image: np.ndarray, ours: Explanation) -> None:
    """Grad-CAM by tf-keras-vis beside ours, with the difference drawn."""
    if not can_be_asked(ours.method, ours.layer, ours.against):
        st.info(_("Choose Grad-CAM, for one class alone: that is what tf-keras-vis can be asked about."))
        return
    said = ask(
        "second opinion",
        "second_opinion",
        {"image": image},
        model=card.name,
        version=card.version,
        layer=ours.layer,
        **{"class": ours.target},  # type: ignore[arg-type]  # `class` is no name in Python
    )
    if said is None:
        waiting("second opinion")
        return
    theirs = said.arrays["raw"]
    share = apart(ours.raw, theirs)
    if share is None:
        st.warning(_("tf-keras-vis has no usable map for this network."))
        return
    difference = theirs - ours.raw
    shown = ((_("ours"), ours.raw), (_("tf-keras-vis"), theirs), (_("the difference"), difference))
    for column, (words, raw) in zip(st.columns(3), shown, strict=True):
        with column:
            figure = signed_map_figure(raw, True, is_dark(), (_("row"), _("column"), _("value")))
            figure.update_layout(height=SIDE)
            st.plotly_chart(figure, key=f"second {words}", config=PLOT_CONFIG, theme=None, alt=words)
            note(words)
    if share < SAME:
        st.markdown(
            _(
                "Both draw the same map: they differ by at most {share:.1e} of its strongest value. The third picture "
                "is scaled to its own largest value, so it shows rounding.",
                share=share,
            )
        )
    else:
        st.warning(_("They differ by up to {share:.2%} of the strongest value. Do not build on either.", share=share))
    note(_("tf-keras-vis is another implementation, by other people. A mistake would have to be made twice."))
