"""What a filter likes: the places of the test images that excite it most, and the way to the picture made for it."""

from __future__ import annotations

import streamlit as st

from imgcls import imagenet
from imgcls.figures.sheet import picture_sheet
from imgcls.models import ModelCard
from pages.components.lesson_network import answered
from pages.components.notices import note, strong
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _

_LEAST = 72


def what_it_likes(card: ModelCard, layer: str, number: int) -> None:
    """The favourites of filter `number`, from 1."""
    strong(_("What filter {number} likes", number=number))
    if card.name == imagenet.NAME:
        note(_("Its 1.2 million photographs are not here: what its filters like can be shown for your own runs."))
    else:
        _favourites(card, layer, number)
    st.page_link("pages/explain.py", label=_("A picture made for it: activation maximization, on Explain"))


def _favourites(card: ModelCard, layer: str, number: int) -> None:
    answer = answered(
        "inside likes", "filter_likes", model=card.name, version=card.version, layer=layer, filter=number - 1
    )
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
    show_sheet("inside likes", label, picture_sheet(patches), cells, two_lines=True, least=_LEAST)
    note(
        _(
            "Of {count} test images those that excite it most: the part that its value depends on, the class, the "
            "value.",
            count=facts["tested"],
        )
    )
