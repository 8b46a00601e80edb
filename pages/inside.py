"""Inside: the whole network on one picture, one layer, one unit, and how scores become probabilities."""

from __future__ import annotations

import streamlit as st

from imgcls import imagenet
from imgcls.models import model_card
from imgcls.preparation.choose import prepare_for
from imgcls.runs import get_run
from pages.components.current import Picture, pick_model
from pages.components.frame import need_frame
from pages.components.glossary import words_fold
from pages.components.inside_layer import one_layer
from pages.components.inside_network import LAYER, whole_network
from pages.components.inside_unit import one_unit
from pages.components.notices import empty, note
from pages.components.services import inference
from pages.components.softmax_steps import softmax_steps
from pages.components.sources import as_rgb, bring_it, invite_to_train, pick_pictures, preparation_switch, test_sample
from pages.components.words import _

_EXAMPLE = "inside: example"
_WORDS = (
    *("feature map", "channel", "kernel", "bias", "relu", "pooling", "batch norm", "residual connection"),
    *("dense layer", "parameter", "dead unit", "logits", "softmax"),
)


def page() -> None:
    need_frame()
    st.title(_("What happens inside?"))
    given, seen = st.columns([5, 12], gap="medium")
    with given:
        model = pick_model()
        pictures: list[Picture] = []
        if model is not None:
            inference().warm_up()
            pictures = pick_pictures(model, several=False)
            invite_to_train(model)
    with seen:
        if model is None:
            empty(
                _("No trained network yet"),
                _("Here every layer shows what it makes of a picture. Train a network first: it takes ten seconds."),
                _("Train a network"),
                "pages/train.py",
            )
        elif not (pictures or (pictures := _example(model))):
            empty(_("Nothing to look at yet"), _("Draw, upload or choose a picture: every layer shows its maps of it."))
        else:
            _look(model, pictures[0])


def _example(model: str) -> list[Picture]:
    """For who comes by a link to a layer: a test image to begin with, until another picture is chosen."""
    if LAYER in st.query_params:
        st.session_state[_EXAMPLE] = model
    if model == imagenet.NAME or st.session_state.get(_EXAMPLE) != model:
        return []
    images, labels = test_sample(get_run(model).recipe)
    note(_("A test image to begin with, a {name}: choose a picture of your own on the left.", name=labels[0]))
    return [Picture(labels[0], as_rgb(images[0]), labels[0])]


def _look(model: str, picture: Picture) -> None:
    card = model_card(model)
    image = prepare_for(card.preparation, picture.pixels, card.image_shape, not bring_it()).image
    looked = whole_network(card, image)
    preparation_switch(card)
    if looked is None:
        return
    st.divider()
    unit = one_layer(card, image, looked)
    if unit is not None:
        st.divider()
        one_unit(card, image, looked, unit)
    st.divider()
    st.markdown(_("#### From scores to probabilities"))
    note(_("The last layer gives each class a score, its logit; softmax makes probabilities of them. Go over a line."))
    softmax_steps("inside softmax", card.class_names, looked.logits)
    words_fold(*_WORDS)


page()
