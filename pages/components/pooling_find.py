"""A pooling layer of one's own network: its maps before and after, and what a shift of the picture changes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.filters import signed_colours
from imgcls.lessons.pooling import FORMULAS
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_image, own_layer
from pages.components.notices import note
from pages.components.picture import Labelled, show_columns
from pages.components.words import _

_KEY = "pooling"


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        place = own_layer(_KEY, "max", "mean")
        if place is None:
            return
        image = own_image(_KEY, place.run)
        terms("pooling", "stride", "feature map")
        layer = place.layer
        st.latex(FORMULAS[layer["kind"]])
        height, width, channels = layer["from"]
        down, across, _same = layer["to"]
        note(
            _(
                "Window {side} × {side}, stride {stride}: {height} × {width} × {channels} numbers become "
                "{down} × {across} × {channels}.",
                side=layer["side"],
                stride=layer["stride"],
                height=height,
                width=width,
                down=down,
                across=across,
                channels=channels,
            )
        )
    with right:
        answer = answered(
            f"{_KEY} maps",
            "pooled_maps",
            {"image": image},
            model=place.run,
            version=place.version,
            layer=layer["name"],
        )
        if answer is None:
            return
        facts, arrays = answer
        _maps(arrays["before"], arrays["after"])
        one, other = st.columns(2)
        one.metric(_("a shift by one pixel changes before"), f"{facts['moved_before']:.0%}")
        other.metric(_("and after pooling"), f"{facts['moved_after']:.0%}")
        note(_("Over all {count} maps and the four directions, in per cent of their mean size.", count=facts["maps"]))


def _maps(before: np.ndarray, after: np.ndarray) -> None:
    """The strongest maps, each above what pooling leaves of it."""
    most = float(np.abs(before).max()) or 1.0
    columns = []
    for number in range(before.shape[2]):
        one, other = before[:, :, number], after[:, :, number]
        columns.append(
            [
                Labelled(signed_colours(one, most), _("map before pooling"), (_size(one),)),
                Labelled(signed_colours(other, most), _("map after pooling"), (_size(other),)),
            ]
        )
    show_columns(columns, least=5.5, most=9)
    note(_("The strongest maps on this image: above before, below after pooling. White is zero, red is much."))


def _size(values: np.ndarray) -> str:
    return f"{values.shape[0]} × {values.shape[1]}"
