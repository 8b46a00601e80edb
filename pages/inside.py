"""Inside: the whole network on one picture, one of its layers, one pixel of one of its maps."""

from __future__ import annotations

import streamlit as st

from imgcls.models import model_card
from imgcls.preparation.choose import prepare_for
from pages.components.current import Picture, pick_model
from pages.components.frame import need_frame
from pages.components.inside_layer import one_layer
from pages.components.inside_network import whole_network
from pages.components.notices import empty
from pages.components.services import inference
from pages.components.sources import bring_it, invite_to_train, pick_pictures, preparation_switch
from pages.components.words import _


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
        elif not pictures:
            empty(_("Nothing to look at yet"), _("Draw, upload or choose a picture: every layer shows its maps of it."))
        else:
            _look(model, pictures[0])


def _look(model: str, picture: Picture) -> None:
    card = model_card(model)
    image = prepare_for(card.preparation, picture.pixels, card.image_shape, not bring_it()).image
    layer = whole_network(card, image)
    preparation_switch(card)
    if layer is not None:
        st.divider()
        one_layer(card, image, layer)


page()
