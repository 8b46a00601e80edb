"""What each block's F is worth in one's own network: its accuracy with that F switched off."""

from __future__ import annotations

import streamlit as st

from imgcls.errors import ImgclsError
from imgcls.models import model_card
from pages.components.answers import ask, waiting_long
from pages.components.glossary import terms
from pages.components.lesson_network import answered, open_inside, own_run
from pages.components.notices import note, show_error
from pages.components.words import _

_KEY = "residual blocks"


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        run = own_run()
        if run is None:
            return
        note(_("In one block after the other F is set to zero, so that y = x, and the test images are asked again."))
        terms("residual connection", "block", "test accuracy")
        _to_inside(run)
    with right:
        try:
            answer = ask(_KEY, "blocks_off", slow=True, model=run, version=model_card(run).version)
        except ImgclsError as error:
            show_error(error)
            return
        if answer is None:
            waiting_long(_KEY, _("Switching off one block after the other …"))
            return
        _draw(answer.facts["blocks"], answer.facts["whole"], answer.arrays["without"].tolist(), answer.facts["images"])


def _to_inside(run: str) -> None:
    """The way to one of the network's additions on Inside, where x, F(x) and their sum stand; to it all if none is."""
    answer = answered(f"{_KEY} layers", "lesson_layers", model=run, version=model_card(run).version)
    additions = answer[0]["additions"] if answer else []
    if not additions:
        open_inside(run)
        return
    open_inside(run, st.selectbox(_("Where x and F(x) are added"), additions, key=f"{_KEY} addition {run}"))


def _draw(blocks: list[str], whole: float, without: list[float], images: int) -> None:
    if not blocks:
        st.info(_("This network has no residual connection: train a resnet-20, then come back."))
        st.page_link("pages/train.py", label=_("Train a network"))
        return
    st.metric(_("Whole network, {count} test images", count=images), f"{whole:.1%}")
    for block, accuracy in zip(blocks, without, strict=True):
        name = block.removesuffix("_add").replace("_", " ")
        lost = whole - accuracy
        text = _(
            "{block} without its F: {accuracy:.1%}, {lost:.1f} points less",
            block=name,
            accuracy=accuracy,
            lost=100 * lost,
        )
        st.progress(min(max(accuracy, 0.0), 1.0), text)
    if min(without) > whole / 2:
        note(_("Each signal still comes through by its x: with one F less the network goes on, only less well."))
    else:
        note(
            _(
                "Here some F cannot be missed: the layers behind it have learned to expect it. The more blocks a "
                "network has, the less hangs on each one: compare a deeper one."
            )
        )
