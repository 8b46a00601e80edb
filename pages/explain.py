"""Explain: which parts of the picture spoke for an answer, and how far to believe the map that says so.

In the link: `run`, the network; and `method`, `layer` and `filter` (from 1), with which the controls begin. Other pages
hand over a picture with `current.carry`, and a question with `explain_link.ask_there`.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, method
from imgcls.figures.bars import probability_bars
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.models import ModelCard, model_card
from imgcls.preparation.choose import prepare_for
from pages.components.answers import ask, waiting
from pages.components.current import Picture, pick_model
from pages.components.explain_choices import Asked, choices
from pages.components.explain_link import needs_no_picture
from pages.components.explain_maps import maps
from pages.components.explain_question import question
from pages.components.explain_second import another_network, second_opinion
from pages.components.frame import need_frame
from pages.components.glossary import terms
from pages.components.notices import empty
from pages.components.services import inference
from pages.components.sources import bring_it, invite_to_train, pick_pictures, preparation_switch
from pages.components.style import is_dark
from pages.components.touch import hide_panel, look_panel
from pages.components.trust import ranking_panel, trust_panel
from pages.components.words import _


def page() -> None:
    need_frame()
    st.title(_("What did it look at?"))
    given, answered = st.columns([5, 12], gap="medium")
    with given:
        model = pick_model()
        pictures: list[Picture] = []
        if model is not None:
            inference().warm_up()
            pictures = pick_pictures(model, several=False)
            invite_to_train(model)
    if model is None:
        empty(
            _("No trained network yet"),
            _("Here a heatmap shows which strokes decided an answer. Train a network first: it takes ten seconds."),
            _("Train a network"),
            "pages/train.py",
        )
        return
    with answered:
        if not pictures and needs_no_picture():
            pictures = [Picture(_("no picture"), np.full((28, 28, 3), 128, np.uint8))]
        if not pictures:
            empty(_("Nothing to explain yet"), _("Draw, upload or choose a picture: its heatmap appears here."))
            return
        _explain(model, pictures[0])


def _explain(model: str, picture: Picture) -> None:
    card = model_card(model)
    as_is = not bring_it()
    image = prepare_for(card.preparation, picture.pixels, card.image_shape, as_is).image
    found = ask("layers", "layers", model=model, version=card.version)
    if found is None:
        waiting("layers")
        return
    asked = choices(card, found, picture.label)
    known = maps(card, image, asked, found)
    terms("grad-cam", "saliency", "gradient", "logits", "dead unit")
    preparation_switch(card)
    if known:
        _further(card, picture, image, asked, found, known)


def _further(
    card: ModelCard,
    picture: Picture,
    image: np.ndarray,
    asked: Asked,
    layers: Answer,
    known: dict[str, Explanation],
) -> None:
    """What can be asked of a map once it is there; nothing of it costs anything before it is chosen."""
    st.divider()
    titles = {
        "trust": _("Can I trust it?"),
        "hide": _("Hide a part"),
        "draw": _("Where would you look?"),
        "network": _("Another network"),
        "second": _("Second opinion"),
        "ranking": _("Which method?"),
        "probabilities": _("All probabilities"),
    }
    chosen = st.pills(
        _("Ask on"), list(titles), format_func=titles.__getitem__, default="trust", wrap=True, key="further"
    )
    names = list(known)
    name = names[0]
    if len(names) > 1 and chosen in ("trust", "draw", "hide", "network"):
        name = (
            st.segmented_control(
                _("The map of"),
                names,
                format_func=lambda one: _(method(one).title),
                default=names[0],
                required=True,
                key=f"further method {' '.join(names)}",
            )
            or name
        )
    explanation, about = known[name], question(card, image, name, asked, layers)
    if chosen == "trust":
        trust_panel(about, explanation)
    elif chosen == "hide":
        hide_panel(card, image, explanation)
    elif chosen == "draw":
        look_panel(card, image, explanation)
    elif chosen == "network":
        another_network(about, picture, explanation)
    elif chosen == "second":
        second_opinion(card, image, known.get("grad-cam", explanation))
    elif chosen == "ranking":
        ranking_panel(about)
    elif chosen == "probabilities":
        figure = probability_bars(card.class_names, explanation.probabilities, is_dark(), _("probability"), top=10)
        st.plotly_chart(figure, key="bars", config=PLOT_CONFIG, theme=None, alt=_("Probability of each class"))


page()
