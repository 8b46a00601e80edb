"""Predict: give a picture, get an answer, and see what the network saw."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.evaluation.threshold import NOT_SURE, Threshold, threshold_of_model
from imgcls.figures.bars import percentage, probability_bars
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.language import translator
from imgcls.models import ModelCard, model_card
from imgcls.preparation.choose import prepare_for
from imgcls.preparation.prepared import Prepared
from pages.components.answers import ask, waiting
from pages.components.current import Picture, carry, pick_model
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.notices import empty, literal, note
from pages.components.picture import show_picture
from pages.components.services import inference
from pages.components.sources import bring_it, invite_to_train, pick_pictures, preparation_switch
from pages.components.style import is_dark
from pages.components.words import _, language


def page() -> None:
    need_frame()
    st.title(_("What does it say to your picture?"))
    given, answered = st.columns([5, 9], gap="large")
    with given:
        model = pick_model()
        if model is not None:
            inference().warm_up()
            pictures = pick_pictures(model, several=True)
            invite_to_train(model)
    if model is None:
        empty(
            _("No trained network yet"),
            _("Here a network says what it sees in a picture of yours. Train one first: it takes about ten seconds."),
            _("Train a network"),
            "pages/train.py",
        )
        return
    with answered:
        if not pictures:
            empty(_("Nothing to look at yet"), _("Draw, upload or choose a picture: the answer appears here at once."))
            return
        _answer(model, pictures)


def _answer(model: str, pictures: list[Picture]) -> None:
    card = model_card(model)
    as_is = not bring_it()
    prepared = [prepare_for(card.preparation, picture.pixels, card.image_shape, as_is) for picture in pictures]
    images = np.stack([one.image for one in prepared])
    answer = ask("predict", "predict", {"images": images}, model=model, version=card.version)
    if answer is None:
        waiting("predict")
        return
    threshold = threshold_of_model(card.name, card.version)
    probabilities = answer.arrays["probabilities"]
    if threshold is not None:
        probabilities = threshold.probabilities(answer.arrays["logits"])
        note(threshold.say(translator(language())))
    if not card.is_final:
        note(
            _(
                "This network is still training. The answer comes from its best epoch so far: epoch {epoch}.",
                epoch=card.epoch,
            )
        )
    if len(pictures) == 1:
        _one(card, pictures[0], prepared[0], probabilities[0], threshold)
    else:
        _many(card, pictures, prepared, probabilities, threshold)
    preparation_switch(card)


def _one(
    card: ModelCard, picture: Picture, prepared: Prepared, probabilities: np.ndarray, threshold: Threshold | None
) -> None:
    best = int(probabilities.argmax())
    values = {"name": literal(card.class_names[best]), "share": percentage(float(probabilities[best]))}
    if threshold is None or threshold.is_sure(probabilities):
        st.markdown(_("## It says **{name}**, with {share} probability", **values))
    else:
        st.markdown(_("## It is not sure. Its best guess is **{name}**, with {share}", **values))
    yours, seen, bars = st.columns([3, 3, 5], gap="medium")
    height, width, _channels = card.image_shape
    with yours:
        show_picture(picture.pixels, picture.name, _("What you gave"))
    with seen:
        caption = _("What the network sees: {height} × {width}", height=height, width=width)
        show_picture(prepared.image, _("What the network sees"), caption)
    with bars:
        figure = probability_bars(card.class_names, probabilities, is_dark(), _("probability"))
        alt = _("{name}: {share:.0%}", name=card.class_names[best], share=float(probabilities[best]))
        st.plotly_chart(figure, key="bars", config=PLOT_CONFIG, theme=None, alt=alt)
    carry(picture)
    terms("softmax", "top-k", "calibration")
    with st.container(horizontal=True):
        if st.button(_("Ask why"), type="primary", key="why"):
            st.switch_page("pages/explain.py")
        if st.button(_("Look inside"), key="inside"):
            st.switch_page("pages/inside.py")
    _steps(prepared)


def _steps(prepared: Prepared) -> None:
    if not prepared.steps:
        return
    with st.expander(_("How your picture became what the network sees")):
        for column, step in zip(st.columns(max(4, len(prepared.steps))), prepared.steps, strict=False):
            with column:
                show_picture(step.image, _(step.title), _(step.title))


def _many(
    card: ModelCard,
    pictures: list[Picture],
    prepared: list[Prepared],
    probabilities: np.ndarray,
    threshold: Threshold | None,
) -> None:
    st.markdown(_("## {count} pictures", count=len(pictures)))
    across = 4
    for start in range(0, len(pictures), across):
        for column, place in zip(st.columns(across), range(start, min(start + across, len(pictures))), strict=False):
            with column:
                unsure = threshold is not None and not threshold.is_sure(probabilities[place])
                _tile(card, pictures[place], prepared[place], probabilities[place], place, unsure)


def _tile(
    card: ModelCard, picture: Picture, prepared: Prepared, probabilities: np.ndarray, place: int, unsure: bool
) -> None:
    order = np.argsort(-probabilities)[:3]
    left, right = st.columns(2)
    with left:
        show_picture(picture.pixels, _("What you gave"))
    with right:
        show_picture(prepared.image, _("What the network sees"))
    names = [f"{literal(card.class_names[index])} {probabilities[index]:.1%}" for index in order]
    st.markdown(_(NOT_SURE, guess=names[0]) if unsure else f"**{names[0]}**")
    st.caption(" · ".join(names[1:]) + f"  \n{literal(picture.name)}")
    if st.button(_("Ask why"), key=f"why {place}"):
        carry(picture)
        st.switch_page("pages/explain.py")


page()
