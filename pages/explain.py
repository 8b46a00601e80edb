"""Explain: which parts of the picture spoke for an answer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.explain import Explanation, methods
from imgcls.explain.picture import legend, overlay, panel
from imgcls.figures.bars import percentage, probability_bars
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.images import encode_png
from imgcls.models import ModelCard, model_card
from imgcls.preparation.choose import prepare_for
from pages.components.answers import ask, waiting
from pages.components.current import Picture, pick_model
from pages.components.frame import need_frame
from pages.components.notices import empty, literal, note
from pages.components.picture import show_picture
from pages.components.services import inference
from pages.components.sources import bring_it, invite_to_train, pick_pictures, preparation_switch
from pages.components.style import is_dark
from pages.components.words import _

SIDE = 252


def page() -> None:
    need_frame()
    st.title(_("What did it look at?"))
    given, answered = st.columns([5, 9], gap="large")
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
    target, layer, opacity = _choices(card, found)
    answer = ask(
        "explain",
        "explain",
        {"image": image},
        model=model,
        version=card.version,
        method="grad-cam",
        layer=layer,
        **{"class": target},
    )
    if answer is None:
        waiting("explain")
        return
    _show(card, image, _explanation(answer), opacity)


def _choices(card: ModelCard, found: Answer) -> tuple[int | None, str | None, float]:
    """Class (None: the predicted one), layer and opacity."""
    left, middle, right = st.columns([4, 5, 4])
    with left:
        options = [None, *range(len(card.class_names))]
        target = st.selectbox(
            _("Evidence for"),
            options,
            format_func=lambda place: _("what it predicts") if place is None else card.class_names[place],
            key="target",
        )
    layers = {entry["name"]: entry for entry in found.facts["layers"]}
    with middle:
        names, default = list(layers), found.facts["default"]
        layer = st.selectbox(
            _("Layer"),
            names,
            index=names.index(default) if default in names else 0,
            format_func=lambda name: _layer_label(layers[name], name == default),
            help=_(
                "Deeper layers know more and see coarser. The last one that is still a picture is the usual choice."
            ),
            key=f"layer {card.name}",
        )
    with right:
        opacity = st.slider(_("Opacity of the heat"), 0.0, 1.0, 0.6, 0.05, key="opacity")
    return target, layer, opacity


def _layer_label(entry: dict, is_default: bool) -> str:
    size = " × ".join(str(part) for part in entry["shape"][:2])
    label = f"{entry['name']} ({size})"
    return _("{label}, the usual choice", label=label) if is_default else label


def _explanation(answer: Answer) -> Explanation:
    facts = answer.facts
    return Explanation(
        method=facts["method"],
        layer=facts["layer"],
        layer_shape=tuple(facts["layer_shape"]),
        target=facts["target"],
        status=facts["status"],
        seconds=facts["seconds"],
        **answer.arrays,
    )


def _show(card: ModelCard, image: np.ndarray, explanation: Explanation, opacity: float) -> None:
    name = card.class_names[explanation.target]
    share = float(explanation.probabilities[explanation.target])
    st.markdown(
        _("### Evidence for **{name}**, to which it gives {share}", name=literal(name), share=percentage(share))
    )
    if explanation.drawn:
        _pictures(image, explanation, opacity, name)
    else:
        show_picture(image, _("What the network sees"), _("What the network sees"), width=SIDE)
        words = explanation.words
        st.warning(f"{_(words.means)} {_(words.advice)}")
    _about(card, image, explanation, name, share)


def _pictures(image: np.ndarray, explanation: Explanation, opacity: float, name: str) -> None:
    side = 2 * SIDE  # drawn larger than shown: smooth on every screen
    alone = overlay(np.zeros_like(image), explanation.map, 1.0, side)
    heated = overlay(image, explanation.map, opacity, side)
    shown = (
        (image, _("What the network sees")),
        (heated, _("Where the evidence lies")),
        (alone, _("The map alone")),
    )
    for column, (pixels, caption) in zip(st.columns(3), shown, strict=True):
        with column:
            show_picture(pixels, caption, caption)
    less, scale, more = st.columns([3, 4, 3], vertical_alignment="center")
    less.markdown(_("less evidence"), text_alignment="right")
    with scale:
        show_picture(legend(320, 16), _("Colour scale from less to more evidence"))
    more.markdown(_("more evidence for {name}", name=literal(name)))


def _about(card: ModelCard, image: np.ndarray, explanation: Explanation, name: str, share: float) -> None:
    method = next(entry for entry in methods() if entry.name == explanation.method)
    st.markdown(f"**{_(method.title)}.** {_(method.question)} {_(method.limits_text)}")
    note(method.paper)
    title = _("{method}: evidence for {name} ({share:.1%})", method=method.title, name=name, share=share)
    picture = encode_png(panel(image, explanation, title))
    st.download_button(_("Download the picture"), picture, f"{explanation.method}.png", "image/png", key="download")
    preparation_switch(card)
    with st.expander(_("All probabilities")):
        figure = probability_bars(card.class_names, explanation.probabilities, is_dark(), _("probability"), top=10)
        st.plotly_chart(figure, key="bars", config=PLOT_CONFIG, theme=None, alt=_("Probability of each class"))


page()
