"""The second and the third look inside: one layer with all its maps, and one pixel of a map taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.figures.filters import filter_sheet, signed_colours
from imgcls.figures.histograms import histograms_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.sheet import picture_sheet
from imgcls.language import N_, translator
from imgcls.models import ModelCard
from pages.components.convolution_find import taken_apart
from pages.components.inside_likes import what_it_likes
from pages.components.lesson_network import answered
from pages.components.notices import note, strong
from pages.components.picture import show_picture
from pages.components.sheet import Cell, pick_from_sheet, show_sheet
from pages.components.style import is_dark
from pages.components.words import _, language

_PAGE, _LEAST = 64, 72
#: Units of a layer without maps that are listed.
_UNITS = 10
KINDS = {
    "Conv2D": N_(
        "Each of its filters slides over all maps before it, multiplies and adds up: one map for each filter."
    ),
    "DepthwiseConv2D": N_("One small filter for each map before it; the maps are not mixed."),
    "SeparableConv2D": N_("One small filter for each map, then a mixture of all of them."),
    "MaxPooling2D": N_("Of each window it keeps the largest value: smaller maps, the same number of them."),
    "AveragePooling2D": N_("Of each window it keeps the mean: smaller maps, the same number of them."),
    "GlobalAveragePooling2D": N_("Of each map only its mean is left: how much of it there was, no longer where."),
    "BatchNormalization": N_("Each map is moved and scaled to a common range, with what training has measured."),
    "LayerNormalization": N_("Each place is moved and scaled to a common range over its channels."),
    "Add": N_("Adds its inputs, number by number: here a skip connection comes back in."),
    "Concatenate": N_("Lays the maps of its inputs one behind another."),
    "Dense": N_("Each unit weighs all inputs and adds them up."),
    "Flatten": N_("Writes all maps as one long row of numbers."),
    "Dropout": N_("Silences some units while it trains; here it does nothing."),
    "ReLU": N_("Keeps what is above zero; the rest becomes zero."),
    "ZeroPadding2D": N_("Lays a frame of zeros around the maps, so that the next window fits."),
    "Activation": N_("Bends each number by itself: without it, many layers would be no more than one."),
    "EinsumDense": N_("Weighs the channels at each place and adds them up; all places share the weights."),
    "Reshape": N_("The same numbers in another order of rows and columns; nothing is computed."),
    "ZeroPadding1D": N_("Adds empty places to the row of patches."),
    "Cropping1D": N_("Takes places out of the row of patches."),
    "Resizing": N_("Brings the picture to the size that the network was made for."),
    "Rescaling": N_("Moves and scales the picture's values to the range that the network was made for."),
    "Normalization": N_("Moves and scales the picture's values to the range that the network was made for."),
    "Multiply": N_("Multiplies its inputs, number by number: one of them turns the maps of the other up or down."),
    "MultiHeadAttention": N_("Every place asks all others, and takes over what fits."),
}


def one_layer(card: ModelCard, image: np.ndarray, layer: dict[str, Any]) -> None:
    """All maps of a layer, its activations as a histogram, dead units, and where it is a convolution one pixel."""
    st.markdown(f"#### {layer['name']}")
    kind = layer["kind"]
    if kind in KINDS:
        st.markdown(translator(language())(KINDS[kind]))
    start = _start(card, layer)
    answer = answered(
        "inside layer",
        "inside_layer",
        {"image": image},
        model=card.name,
        version=card.version,
        layer=layer["name"],
        start=start,
    )
    if answer is None:
        return
    facts, arrays = answer
    numbers, drawn = st.columns([4, 7], gap="medium")
    with numbers:
        _numbers(layer, facts)
    with drawn:
        _histogram(arrays["values"], layer["name"])
    if "maps" in arrays:
        _maps(arrays["maps"], start, facts["count"], _filter_key(card, layer) if layer["apart"] else None)
    else:
        _units(arrays["units"])
    if layer["apart"]:
        _pixel(card, image, layer)


def _start(card: ModelCard, layer: dict[str, Any]) -> int:
    """The first map of the page that is looked at."""
    pages = -(-layer["shape"][-1] // _PAGE) if layer["map"] is not None else 1
    if pages <= 1:
        return 0
    page = st.number_input(
        _("Page of maps, of {count}", count=pages), 1, pages, 1, key=f"inside page {card.name} {layer['name']}"
    )
    return (int(page) - 1) * _PAGE


def _numbers(layer: dict[str, Any], facts: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Shape"), "×".join(map(str, layer["shape"])), width="content")
        st.metric(_("Parameters"), f"{layer['parameters']:,}", width="content")
    if facts["dead"] is not None:
        st.metric(
            _("Dead units"),
            f"{facts['dead']:.0%}",
            width="content",
            help=_("Maps or units that are above zero nowhere in any of {count} test images.", count=facts["tested"]),
        )
    note(_("Values from {low:.3g} to {high:.3g} on this picture.", low=facts["lowest"], high=facts["highest"]))


def _histogram(values: np.ndarray, name: str) -> None:
    figure = histograms_figure({name: values}, _("activation"), _("share of all values"), is_dark())
    alt = _("How often each value comes among the layer's activations")
    st.plotly_chart(figure, key="inside histogram", config=PLOT_CONFIG, theme=None, alt=alt)


def _filter_key(card: ModelCard, layer: dict[str, Any]) -> str:
    return f"inside {card.name} {layer['name']} filter"


def _maps(maps: np.ndarray, start: int, count: int, key: str | None) -> None:
    """All maps of the page; a click on one chooses the filter whose key is given."""
    limit = float(np.abs(maps).max(initial=0)) or 1.0
    pictures = np.stack([signed_colours(maps[..., place], limit) for place in range(maps.shape[-1])])
    cells = [
        Cell(_("map {number}", number=start + place + 1), str(start + place + 1)) for place in range(len(pictures))
    ]
    label, sheet = _("The layer's feature maps"), picture_sheet(pictures)
    if key is None:
        show_sheet("inside layer maps", label, sheet, cells, least=_LEAST)
    else:
        number = st.session_state.get(key, 1) - 1 - start
        marked = number if 0 <= number < len(cells) else None
        clicked = pick_from_sheet("inside layer maps", label, sheet, cells, marked, least=_LEAST)
        if clicked is not None:
            st.session_state[key] = start + clicked + 1
    shown = {"first": start + 1, "last": start + len(pictures), "count": count}
    note(_("Maps {first} to {last} of {count}, all in one scale: red above zero, blue below.", **shown))


def _units(units: np.ndarray) -> None:
    order = np.argsort(-np.abs(units), kind="stable")[:_UNITS]
    st.table({_("Unit"): [str(int(at) + 1) for at in order], _("value"): [f"{units[at]:.4f}" for at in order]})
    note(_("The units with the largest values on this picture."))


def _pixel(card: ModelCard, image: np.ndarray, layer: dict[str, Any]) -> None:
    st.markdown(_("#### One pixel of one map, taken apart"))
    key, (rows, columns, filters) = f"inside {card.name} {layer['name']}", layer["shape"]
    one, two, three = st.columns(3)
    number = one.number_input(_("Filter (of {count})", count=filters), 1, filters, 1, key=_filter_key(card, layer))
    row = two.number_input(_("Row"), 1, rows, (rows + 1) // 2, key=f"{key} row")
    column = three.number_input(_("Column"), 1, columns, (columns + 1) // 2, key=f"{key} column")
    answer = answered(
        "inside unit",
        "unit_sum",
        {"image": image},
        model=card.name,
        version=card.version,
        layer=layer["name"],
        filter=int(number) - 1,
        at=[int(row) - 1, int(column) - 1],
    )
    if answer is None:
        return
    taken_apart(*answer)
    weights, likes = st.columns([4, 7], gap="medium")
    with weights:
        strong(_("The layer's kernels"))
        sheet = filter_sheet(answer[1]["kernels"][..., :_PAGE], paper=24 if is_dark() else 252)
        show_picture(sheet, _("The kernels of the layer, blue below zero, red above"))
    with likes:
        what_it_likes(card, layer["name"], int(number))
