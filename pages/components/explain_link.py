"""A question to Explain that comes with a link, or from another page: which method, which layer, which filter.

    /explain?run=RUN&method=activation-maximization&layer=conv_2&filter=5

`method` is a name from `imgcls methods`, `layer` one of the network's layers that have a map, `filter` a filter of it,
counted from 1 as everywhere on the pages; it is for activation maximization. Each may be left out. Another page of the
same session calls `ask_there` and switches: `ask_there("activation-maximization", "conv_2", 5)`.

The link fills the controls once and then lets go of them: what the reader changes afterwards stays changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from imgcls.engines.inference import Answer
from imgcls.errors import ImgclsError, InputError, UnknownNameError
from imgcls.explain import method, methods
from imgcls.explain.registry import Family
from imgcls.language import N_
from imgcls.models import ModelCard
from imgcls.registry import likely
from pages.components.notices import show_error

#: Keys of the controls that a link fills.
METHODS, FILTER = "methods", "method activation-maximization filter"
#: Methods that look at no picture.
_ALONE = {one.name for one in methods() if one.family == Family.SYNTHESIS}
_NAMES = ("method", "layer", "filter")
_KEPT = "explain: linked"


def layer_key(card: ModelCard) -> str:
    """The key of the control for the layer."""
    return f"layer {card.name}"


def ask_there(name: str, layer: str | None = None, filter: int | None = None) -> None:
    """Ask this method on Explain, which the caller opens next."""
    given = {"method": name, "layer": layer, "filter": filter}
    st.session_state[_KEPT] = {name: str(value) for name, value in given.items() if value is not None}


def needs_no_picture() -> bool:
    """Whether what is asked looks at no picture of the reader's."""
    asked = _given().get("method")
    chosen = [asked] if asked is not None else st.session_state.get(METHODS) or []
    return bool(chosen) and all(name in _ALONE for name in chosen)


def take_link(card: ModelCard, found: Answer) -> None:
    """Fill the controls with what the link asks, and forget the link; what it cannot mean is said.

    Args:
        found: the answer to the operation `layers`.
    """
    given = _given()
    st.session_state.pop(_KEPT, None)
    for name in _NAMES:
        st.query_params.pop(name, None)
    try:
        filled = _filled(given, {entry["name"]: int(entry["shape"][2]) for entry in found.facts["layers"]}, found)
    except ImgclsError as error:
        show_error(error)
        return
    for name, key in (("method", METHODS), ("layer", layer_key(card)), ("filter", FILTER)):
        if name in filled:
            st.session_state[key] = filled[name]


def _given() -> Mapping[str, str]:
    linked = {name: str(st.query_params[name]) for name in _NAMES if name in st.query_params}
    return linked or st.session_state.get(_KEPT, {})


def _filled(given: Mapping[str, str], channels: Mapping[str, int], found: Answer) -> dict[str, Any]:
    """What each control is to hold."""
    filled: dict[str, Any] = {}
    if "method" in given:
        filled["method"] = [method(given["method"]).name]
    if "layer" in given:
        if given["layer"] not in channels:
            raise UnknownNameError(
                N_("There is no layer “{name}” with a height and a width. Expected one of: {known}."),
                name=given["layer"],
                known=likely(given["layer"], list(channels)) or "–",
            )
        filled["layer"] = given["layer"]
    if "filter" in given:
        layer = given.get("layer") or found.facts["default"]
        most = channels.get(layer, 0)
        number = int(given["filter"]) if given["filter"].isdecimal() else 0
        if not 1 <= number <= most:
            raise InputError(
                N_("Expected a filter from 1 to {last} of the layer “{layer}”. Received: {filter}"),
                last=most,
                layer=layer,
                filter=given["filter"],
            )
        filled["filter"] = number
    return filled
