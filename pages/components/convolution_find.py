"""The formula of convolution inside one's own network: patch times kernel plus bias is what it computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.components.glossary import terms
from pages.components.kernel_sheet import kernel_sheet
from pages.components.lesson_network import answered, own_image, own_layer
from pages.components.notices import note
from pages.components.picture import show_picture
from pages.components.unit import show_unit
from pages.components.words import _

_KEY = "convolution"


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        place = own_layer(_KEY, "conv")
        if place is None:
            return
        image = own_image(_KEY, place.run)
        filters, name = place.layer["to"][2], place.layer["name"]
        number = st.number_input(
            _("Filter (of {count})", count=filters), 1, filters, 1, key=f"{_KEY} filter {place.run} {name}"
        )
        show_picture(image, _("The image"), _("The image"), width=160)
        terms("kernel", "channel", "feature map", "bias")
    with right:
        answer = answered(
            f"{_KEY} unit",
            "inside_unit",
            {"image": image},
            model=place.run,
            version=place.version,
            layer=name,
            unit=int(number) - 1,
        )
        if answer is not None:
            _draw(*answer, f"{place.run} {name}", _("map {number} of {layer}", number=int(number), layer=name))
            kernel_sheet(_KEY, place.run, place.version, name, filters, image, columns=16, width=480)


def _draw(facts: dict[str, Any], arrays: dict[str, np.ndarray], layer: str, name: str) -> None:
    note(_("Go over the map, or use the arrow keys on it: the article's formula, with the numbers of your network."))
    show_unit(f"{_KEY} apart", facts, arrays, layer=layer, name=name)
    if not facts["has_bias"]:
        note(_("This layer has no bias: the batch norm after it would take it away again."))
    if facts["precision"] != "float32":
        note(_("This network computes in {precision}: the last digits differ.", precision=facts["precision"]))
