"""What a run's test images say of the units of its network: asked once, in the line for slow questions."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.errors import ImgclsError
from imgcls.figures.sheet import picture_sheet
from imgcls.models import ModelCard
from pages.components.answers import ask, waiting_long
from pages.components.glossary import term
from pages.components.lesson_network import answered
from pages.components.notices import note, show_error, strong
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _

_PLACE, _OFF = "inside tested", "inside tested: off"
_LEAST = 72


def _known(card: ModelCard) -> dict[str, Any] | None:
    """The share of dead units of every layer, and on how many images; None: not known, or not yet."""
    if card.name == imagenet.NAME or st.session_state.get(_OFF) == card.version:
        return None
    try:
        answer = ask(_PLACE, "inside_tested", slow=True, model=card.name, version=card.version)
    except ImgclsError as error:
        show_error(error)
        return None
    return None if answer is None else answer.facts


def dead_share(card: ModelCard, layer: str) -> None:
    """How many of a layer's units never answer; the word opens in place."""
    known = _known(card)
    if known is None or (share := known["dead"].get(layer)) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        term("dead unit")
        st.markdown(f"**{share:.0%}**", width="content")
    note(_("Maps or units that are above zero nowhere in any of {count} test images.", count=known["tested"]))


def what_it_likes(card: ModelCard, layer: str, unit: int, name: str) -> None:
    """The parts of test images that excite a unit most.

    Args:
        unit: its number from 0; name: what it is called, translated.
    """
    strong(_("What excites {name} most", name=name))
    if card.name == imagenet.NAME:
        note(_("Its 1.2 million photographs are not here: what its filters like can be shown for your own runs."))
        return
    if st.session_state.get(_OFF) == card.version:
        st.button(_("Ask the test images"), on_click=lambda: st.session_state.pop(_OFF, None), key="inside tested on")
        return
    known = _known(card)
    if known is None:
        off = {_OFF: card.version}
        waiting_long(_PLACE, _("Asking the test images about all units …"), lambda: st.session_state.update(off))
    elif not known["tested"]:
        note(_("The run has not been tested: there are no test images to ask."))
    else:
        _favourites(card, layer, unit)


def _favourites(card: ModelCard, layer: str, unit: int) -> None:
    answer = answered("inside likes", "filter_likes", model=card.name, version=card.version, layer=layer, filter=unit)
    if answer is None:
        return
    facts, patches = answer[0], answer[1]["patches"]
    if not len(patches):
        st.info(_("Nothing in {count} test images excites it: it is above zero nowhere.", count=facts["tested"]))
        return
    names = [card.class_names[label] for label in facts["labels"]]
    cells = [
        Cell(_("from an image of {name}, value {value:.2f}", name=name, value=value), name, f"{value:.2f}")
        for name, value in zip(names, facts["values"], strict=True)
    ]
    label = _("The parts of test images that excite the filter most")
    show_sheet("inside likes", label, picture_sheet(_drawn(patches)), cells, two_lines=True, least=_LEAST)
    note(
        _(
            "Of {count} test images those that excite it most: the part that its value depends on, the class, the "
            "value.",
            count=facts["tested"],
        )
    )


def _drawn(patches: np.ndarray) -> np.ndarray:
    """Patches as the sheet takes them: grey or colour."""
    return patches if patches.shape[-1] in (1, 3) else patches[..., :1]
