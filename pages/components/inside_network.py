"""The first look inside: the whole network as a picture, from what goes in to what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from imgcls.evaluation.metrics import softmax
from imgcls.models import ModelCard
from pages.components.clicks import clicked
from pages.components.lesson_network import answered
from pages.components.network_picture import network_picture
from pages.components.notices import note
from pages.components.words import _

#: Classes of the answer.
_ANSWERS = 3
#: Names the layer in a link.
LAYER, _PICTURE = "layer", "inside network"


@dataclass(frozen=True, eq=False)
class Looked:
    """What the first look found: the layer that is looked at, as `inside_network` tells of it, and the scores."""

    layer: dict[str, Any]
    is_last: bool
    logits: np.ndarray


def whole_network(card: ModelCard, image: np.ndarray) -> Looked | None:
    """The network and a choice among its layers; None while the network is asked."""
    answer = answered("inside network", "inside_network", {"image": image}, model=card.name, version=card.version)
    if answer is None:
        return None
    layers, logits = answer[0]["layers"], answer[1]["logits"]
    st.markdown(_("#### From the picture to the answer"))
    key = f"inside layer {card.name}"
    _begin(key, layers)
    place = clicked(_PICTURE, len(layers))
    if place is not None:
        st.session_state[key] = place
    network_picture(_PICTURE, image, layers, answer[1]["maps"], _best(card, logits), st.session_state[key])
    note(
        _(
            "Of each layer the map that answers most; click one to look into its layer. Orange: above zero. Blue: "
            "below. White: zero."
        )
    )
    now = st.session_state[key]
    chosen = st.selectbox(_("Layer"), range(len(layers)), now, format_func=lambda at: _said(layers[at]), key=key)
    return Looked(layers[chosen], chosen == len(layers) - 1, logits)


def _begin(key: str, layers: list[dict[str, Any]]) -> None:
    """The layer that the link names, else the one looked at before, else the first; a link counts once."""
    asked = st.query_params.get(LAYER)
    names = [layer["name"] for layer in layers]
    if asked in names:
        st.session_state[key] = names.index(asked)
        del st.query_params[LAYER]
    if not 0 <= st.session_state.get(key, -1) < len(layers):
        st.session_state[key] = 0


def _best(card: ModelCard, logits: np.ndarray) -> list[tuple[str, float]]:
    shares = softmax(logits)
    return [(card.class_names[at], float(shares[at])) for at in np.argsort(-shares, kind="stable")[:_ANSWERS]]


def _said(layer: dict[str, Any]) -> str:
    return f"{layer['name']} · {layer['kind']} · {'×'.join(map(str, layer['shape']))}"
