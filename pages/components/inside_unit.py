"""The third look inside: one unit taken apart, the kernels of its layer, and a picture made for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.errors import ImgclsError
from imgcls.explain.explanation import STATUS_WORDS, Status
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting_long
from pages.components.inside_layer import maps_order, unit_name
from pages.components.inside_network import Looked
from pages.components.inside_tested import what_it_likes
from pages.components.kernel_sheet import KINDS, kernel_sheet
from pages.components.lesson_network import answered
from pages.components.notices import empty, note, show_error, strong
from pages.components.picture import show_picture
from pages.components.unit import show_unit
from pages.components.words import _

_METHOD = "activation-maximization"
_WANTED, _PLACE = "inside made: wanted", "inside made"


def one_unit(card: ModelCard, image: np.ndarray, looked: Looked, unit: int) -> None:
    """A unit of the layer, its number from 0: the numbers behind its values, and what it likes."""
    layer, name = looked.layer, unit_name(card, looked, unit)
    full = _("{unit} of {layer}", unit=name, layer=layer["name"])
    st.markdown(_("#### {name}, taken apart", name=full.replace("_", r"\_")))
    if layer["apart"] is None:
        note(_("This layer makes the picture larger or smaller: there is nothing to add up."))
    else:
        _apart(card, image, layer, unit, full)
    left, right = st.columns([4, 7], gap="medium")
    with left:
        if layer["kind"] in KINDS:
            kernel_sheet("inside", card.name, card.version, layer["name"], layer["shape"][-1], image, maps_order())
        _made(card, image, looked, unit, name)
    with right:
        what_it_likes(card, layer["name"], unit, name)


def _apart(card: ModelCard, image: np.ndarray, layer: dict[str, Any], unit: int, name: str) -> None:
    """The unit's numbers."""
    asked = {"model": card.name, "version": card.version, "layer": layer["name"]}
    answer = answered("inside unit", "inside_unit", {"image": image}, **asked, unit=unit)
    if answer is None:
        return
    facts, arrays = answer
    show_unit("inside apart", facts, arrays, layer=f"{card.name} {layer['name']}", name=name)
    if facts["precision"] != "float32":
        note(_("This network computes in {precision}: the last digits differ.", precision=facts["precision"]))
    if facts["kind"] == "sum" and not facts["has_bias"]:
        note(_("This layer has no bias: the batch norm after it would take it away again."))


def _made(card: ModelCard, image: np.ndarray, looked: Looked, unit: int, name: str) -> None:
    """A picture that excites the unit more than any other: begun by a click, with a way out."""
    layer = looked.layer
    if not (looked.is_last or len(layer["shape"]) == 3):
        return
    strong(_("A picture made for {name}", name=name))
    wanted = (card.version, layer["name"], unit)
    if st.session_state.get(_WANTED) == wanted:
        _picture(card, image, looked, unit, name)
    else:
        text = _("From noise, step by step, to what excites it more than any picture does: some seconds.")
        note(text)
        if st.button(_("Make it"), key="inside make"):
            st.session_state[_WANTED] = wanted
            st.rerun()
    query = {"method": _METHOD, "layer": layer["name"], "filter": str(unit + 1)}
    query |= {"model": card.name} if card.name == imagenet.NAME else {"run": card.name}
    st.page_link("pages/explain.py", label=_("With all settings, on Explain"), query_params=query)


def _picture(card: ModelCard, image: np.ndarray, looked: Looked, unit: int, name: str) -> None:
    options = {} if looked.is_last else {"filter": unit + 1}
    try:
        answer = ask(
            _PLACE, "explain", {"image": image}, slow=True,
            model=card.name, version=card.version, method=_METHOD,
            layer=None if looked.is_last else looked.layer["name"], options=options,
            **{"class": unit if looked.is_last else None},
        )  # fmt: skip
    except ImgclsError as error:
        st.session_state.pop(_WANTED, None)
        show_error(error)
        return
    if answer is None:
        waiting_long(_PLACE, _("Making a picture …"), lambda: st.session_state.pop(_WANTED, None))
        return
    if "picture" not in answer.arrays:
        reason = STATUS_WORDS[Status(answer.facts["status"])]
        empty(_(reason.means), _(reason.advice))
        return
    show_picture(answer.arrays["picture"], _("The picture made for {name}", name=name), width=224)
    note(_("It says nothing about your picture: what excites most is seldom what one would call it."))
