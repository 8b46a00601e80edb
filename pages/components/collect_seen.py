"""How pictures are brought to the network: size, colour, fit, and some of them as it will see them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from imgcls.datasets import editing, own, shelf
from imgcls.datasets.card import Card, read_card
from imgcls.errors import ImgclsError
from imgcls.figures.sheet import picture_sheet
from pages.components.collect_thumbs import seen_as
from pages.components.notices import show_error
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _

_SIDES = [16, 28, 32, 48, 64, 96, 128, 160, 224]
#: Pictures of the preview.
_SHOWN = 8


def seen_words(name: str) -> str:
    """The same in a few words.

    Raises:
        UnknownNameError: the data set is gone.
        InputError: its card is damaged.
    """
    card = read_card(shelf.place_of(name))
    return _("seen as {side} × {side}, {colour}", side=card.side, colour=_colours()[card.colour])


def _colours() -> dict[own.Colour, str]:
    return {"colour": _("colour"), "grey": _("grey")}


def seen_controls(name: str, keys: Sequence[str]) -> None:
    """Controls whose values are noted at once, for all who use the data set.

    Raises:
        UnknownNameError: the data set is gone.
        InputError: its card is damaged.
    """
    card = read_card(shelf.place_of(name))
    colours = _colours()
    fits = {"crop": _("cut to a square"), "pad": _("with a frame")}
    # its words stay the same: a fold with other words is another one to Streamlit, and closed
    with st.expander(_("What the network sees")):
        _preview(name, card, keys)
        store = f"collect seen {name}"
        kept = {"side": card.side, "colour": card.colour, "fit": card.fit}
        for field, value in kept.items():
            st.session_state[f"{store} {field}"] = value  # somebody else may have changed it
        change = partial(_keep, name, store)
        st.select_slider(
            _("Height and width"),
            sorted({*_SIDES, card.side}),
            key=f"{store} side",
            on_change=change,
            help=_("In pixels. Larger pictures show more, and training takes longer: twice the side, four times."),
        )
        st.segmented_control(
            _("Colour"),
            list(colours),
            format_func=colours.__getitem__,
            key=f"{store} colour",
            on_change=change,
            required=True,
        )
        st.segmented_control(
            _("Pictures that are not square"),
            list(fits),
            format_func=fits.__getitem__,
            key=f"{store} fit",
            on_change=change,
            required=True,
        )


def _keep(name: str, store: str) -> None:
    side, colour, fit = (st.session_state[f"{store} {field}"] for field in ("side", "colour", "fit"))
    try:
        editing.set_defaults(name, int(side), colour, fit)
    except ImgclsError as error:
        show_error(error)


def _preview(name: str, card: Card, keys: Sequence[str]) -> None:
    some = _of_each_class(keys)
    if not some:
        st.caption(_("Some of your pictures appear here as the network will see them."))
        return
    place = shelf.place_of(name)
    images = np.stack([seen_as(place / key, card.side, card.colour, card.fit) for key in some])
    cells = [Cell(_("{key} as the network sees it", key=key), "") for key in some]
    show_sheet("collect seen", _("Some pictures as the network sees them"), picture_sheet(images), cells)


def _of_each_class(keys: Sequence[str]) -> list[str]:
    """Some images, one of each class in turn."""
    found = [[key for key in keys if key.partition("/")[0] == label] for label in own.class_names(keys)]
    turns = range(_SHOWN)
    return [of_class[turn] for turn in turns for of_class in found if turn < len(of_class)][:_SHOWN]
