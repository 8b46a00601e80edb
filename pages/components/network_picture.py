"""A network as a picture: the picture that goes in, block after block of feature maps, and the answer that comes out.

Blocks open into their layers; every layer can be chosen by mouse, finger or keys.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.diagram import KINDS
from imgcls.images import encode_png
from imgcls.preparation.fit import resized
from pages.components.network_picture_js import CSS, HTML, JS
from pages.components.signed_js import packed
from pages.components.style import is_dark
from pages.components.words import _

#: Longest side of the picture in the file (px).
_SIDE = 120

# at import, hence once per process: registering is not part of a script run
_picture = st.components.v2.component("imgcls_network_picture", html=HTML, css=CSS, js=JS)


def network_picture(
    key: str,
    image: np.ndarray,
    layers: Sequence[dict[str, Any]],
    maps: np.ndarray,
    answer: Sequence[tuple[str, float]],
    chosen: int,
) -> None:
    """Show a network; `clicks.clicked` tells which layer is clicked in it.

    Args:
        key: names it within the session.
        image: uint8 (h, w, c), as the network takes it.
        layers: as the operation `inside_network` tells of them; maps: its thumbnails, uint8 (n, s, s).
        answer: the most probable classes and their probabilities.
        chosen: the layer that is looked at.
    """
    _picture(key=key, data=picture_data(image, layers, maps, answer, chosen), on_chosen_change=lambda: None)


def picture_data(
    image: np.ndarray,
    layers: Sequence[dict[str, Any]],
    maps: np.ndarray,
    answer: Sequence[tuple[str, float]],
    chosen: int,
) -> dict[str, Any]:
    """What the browser gets; as `network_picture`."""
    data: dict[str, Any] = {
        "picture": _url(image),
        "shape": list(image.shape),
        "layers": [{name: one[name] for name in ("name", "kind", "shape", "block", "inputs")} for one in layers],
        "network": _digest(*(one["name"] for one in layers)),
        "maps": packed(maps),
        "answer": [{"name": name, "share": share} for name, share in answer],
        "chosen": chosen,
        "families": _families(),
        "skip": ink(is_dark())["mistake"],
        "words": _words(),
    }
    data["version"] = _digest(data["network"], data["picture"], data["maps"]["data"], data["words"], is_dark())
    return data


def _digest(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def _url(image: np.ndarray) -> str:
    height, width = image.shape[:2]
    share = _SIDE / max(height, width)
    small = image if share >= 1 else resized(image, max(1, round(height * share)), max(1, round(width * share)))
    return "data:image/png;base64," + base64.b64encode(encode_png(small)).decode()


def _families() -> dict[str, dict[str, str]]:
    """Keras class → what it is called, and its colour; as in the drawing of a network before it is trained."""
    colours = class_colours(10, is_dark())
    return {
        kind: {"name": _(kind_word), "colour": colours[number]}
        for kind, (kind_word, number) in KINDS.items()
        if number is not None
    }


def _words() -> dict[str, str]:
    return {
        "network": _("The network, block by block: arrow keys go on, Enter opens or chooses."),
        "picture": _("the picture"),
        "answer": _("The answer"),
        "block": _("{name}, {count} layers", name="{name}", count="{count}"),
        "from": _("from {name}", name="{name}"),
        "places": _("{count} places", count="{count}"),
        "row": _("numbers"),
        "unfold": _("Show all layers"),
        "fold": _("Fold all blocks"),
        "added": _("skip connection, added"),
        "joined": _("skip connection, joined"),
    }
