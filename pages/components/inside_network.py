"""The first look inside: all layers of a network, with the strongest feature map of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.figures.filters import signed_colours
from imgcls.figures.sheet import picture_sheet
from imgcls.models import ModelCard
from pages.components.lesson_network import answered
from pages.components.notices import note
from pages.components.sheet import Cell, pick_from_sheet
from pages.components.words import _

#: Layers whose maps are drawn; of deeper networks some of them, from the first to the last.
_MOST = 24
_LEAST = 84


def whole_network(card: ModelCard, image: np.ndarray) -> dict[str, Any] | None:
    """The maps in the order of the layers; returns the layer that is looked at, None while the network is asked."""
    answer = answered("inside network", "inside_network", {"image": image}, model=card.name, version=card.version)
    if answer is None:
        return None
    layers, maps = answer[0]["layers"], answer[1]["maps"]
    st.markdown(_("#### From the picture to the answer"))
    key = f"inside layer {card.name}"
    drawn = [layer for layer in layers if layer["map"] is not None]
    if drawn:
        some = [drawn[place] for place in np.unique(np.linspace(0, len(drawn) - 1, _MOST).astype(int))]
        pictures = np.stack([signed_colours(maps[layer["map"]]) for layer in some])
        cells = [Cell(_said(layer), layer["name"], _shape(layer["shape"])) for layer in some]
        words = _("The strongest feature map of each layer, in the order of the layers")
        places = [layers.index(layer) for layer in some]
        now = st.session_state.get(key, 0)
        marked = places.index(now) if now in places else None
        sheet = picture_sheet(pictures)
        clicked = pick_from_sheet("inside maps", words, sheet, cells, marked, two_lines=True, least=_LEAST)
        if clicked is not None:
            st.session_state[key] = places[clicked]
        note(
            _(
                "Of each layer the map that answers most: click one to look into its layer. Red: above zero. Blue: "
                "below. White: zero."
            )
        )
        if len(some) < len(drawn):
            note(_("{shown} of {count} layers are drawn; all can be chosen.", shown=len(some), count=len(drawn)))
    else:
        note(_("This network has no feature maps: it sees the picture as one long row of numbers."))
    chosen = st.selectbox(_("Layer"), range(len(layers)), format_func=lambda at: _said(layers[at]), key=key)
    return dict(layers[chosen])


def _said(layer: dict[str, Any]) -> str:
    return f"{layer['name']} · {layer['kind']} · {_shape(layer['shape'])}"


def _shape(shape: list[int]) -> str:
    return "×".join(map(str, shape))
