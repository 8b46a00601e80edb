"""The second look inside: one layer with all its maps, its activations, and what its test images say of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from imgcls import imagenet
from imgcls.figures.histograms import histograms_figure
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.language import translator
from imgcls.lessons import lesson
from imgcls.models import ModelCard
from pages.components.clicks import clicked
from pages.components.current import look_at
from pages.components.glossary import terms
from pages.components.inside_network import Looked
from pages.components.inside_tested import dead_share
from pages.components.inside_words import KINDS, LESSON_OF, WORDS
from pages.components.kernel_sheet import Order
from pages.components.lesson import go_to_step
from pages.components.lesson_network import answered
from pages.components.map_sheet import show_maps
from pages.components.notices import note
from pages.components.style import is_dark
from pages.components.words import _, language

_PAGE, _SHEET = 64, "inside maps"


def one_layer(card: ModelCard, image: np.ndarray, looked: Looked) -> int | None:
    """The layer, and the number of the unit that is chosen in it, from 0; None while the network is asked."""
    layer = looked.layer
    st.markdown(f"#### {layer['name'].replace('_', chr(92) + '_')}")
    if layer["kind"] in KINDS:
        st.markdown(translator(language())(KINDS[layer["kind"]]))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        terms(*WORDS.get(layer["kind"], ()))
        _lesson(card, layer)
    order, start = _order(card, layer)
    asked = {"model": card.name, "version": card.version, "layer": layer["name"]}
    answer = answered("inside layer", "inside_layer", {"image": image}, **asked, order=order, start=start)
    if answer is None:
        return None
    facts, arrays = answer
    told, drawn = st.columns([4, 7], gap="medium")
    with told:
        _numbers(card, layer, facts)
    with drawn:
        _histogram(arrays["values"], layer["name"])
    return _maps(card, looked, arrays, facts["count"])


def _lesson(card: ModelCard, layer: dict[str, Any]) -> None:
    """The way to the lesson about this kind of layer; with a run, to this layer in it."""
    name = LESSON_OF.get(layer["kind"])
    if name is None:
        return
    one = lesson(name)
    if not st.button(
        _("Lesson {number}: {title}", number=one.number, title=_(one.title)), type="tertiary", key="inside lesson"
    ):
        return
    if card.name != imagenet.NAME:
        look_at(card.name)
        go_to_step(name, "find")
        st.session_state[f"{name} wanted layer"] = layer["name"]
    st.switch_page(f"pages/{one.page}")


def _order(card: ModelCard, layer: dict[str, Any]) -> tuple[str, int]:
    """How the maps are sorted, and the first one of the page that is looked at."""
    count = layer["shape"][-1]
    if count <= 1:
        return "strength", 0
    one, other = st.columns([4, 7], gap="medium", vertical_alignment="bottom")
    ways = {"strength": _("strongest first"), "number": _("by number")}
    with one:
        order = st.segmented_control(
            _("Order of the maps"), list(ways), format_func=ways.__getitem__, default="strength", required=True,
            key="inside order",
        )  # fmt: skip
    pages = -(-count // _PAGE)
    if pages == 1:
        return order or "strength", 0
    with other:
        page = st.number_input(
            _("Page of maps, of {count}", count=pages), 1, pages, 1, key=f"inside page {card.name} {layer['name']}"
        )
    return order or "strength", (int(page) - 1) * _PAGE


def maps_order() -> Order:
    """How the maps of the layer are sorted; its kernels stand in the same order."""
    return "number" if st.session_state.get("inside order") == "number" else "strength"


def _numbers(card: ModelCard, layer: dict[str, Any], facts: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Shape"), "×".join(map(str, layer["shape"])), width="content")
        st.metric(_("Parameters"), f"{layer['parameters']:,}", width="content")
    dead_share(card, layer["name"])
    note(_("Values from {low:.3g} to {high:.3g} on this picture.", low=facts["lowest"], high=facts["highest"]))


def _histogram(values: np.ndarray, name: str) -> None:
    figure = _drawn(values.tobytes(), name, _("activation"), _("share of all values"), is_dark())
    alt = _("How often each value comes among the layer's activations")
    st.plotly_chart(figure, key="inside histogram", config=PLOT_CONFIG, theme=None, alt=alt)


@lru_cache(maxsize=32)
def _drawn(values: bytes, name: str, value: str, share: str, dark: bool) -> Any:
    """The histogram of float32 values; another map of the same layer has the same."""
    return histograms_figure({name: np.frombuffer(values, np.float32)}, value, share, dark)


def _maps(card: ModelCard, looked: Looked, arrays: dict[str, np.ndarray], count: int) -> int:
    """All maps of the page; a click on one chooses the unit, which is returned."""
    maps, numbers, layer = arrays["maps"], arrays["numbers"].tolist(), looked.layer
    key = f"inside unit {card.name} {layer['name']}"
    unit = int(st.session_state.setdefault(key, numbers[0]))
    place = clicked(_SHEET, len(numbers))
    if place is not None:
        unit = st.session_state[key] = numbers[place]
    is_map = maps.shape[:2] != (1, 1)
    names = _names(card, looked, numbers)
    values = None if is_map else [f"{value:.3g}" for value in maps[0, 0]]
    said = names if values is None else [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
    short = names if not is_map or looked.is_last else [str(number + 1) for number in numbers]
    show_maps(
        _SHEET,
        _("The layer's feature maps") if is_map else _("The layer's units"),
        maps, short, said, numbers.index(unit) if unit in numbers else None, values,
        cell=52 if is_map else 74,
    )  # fmt: skip
    shown = {"first": min(numbers) + 1, "last": max(numbers) + 1, "count": count}
    if len(numbers) == count:
        note(_("All {count}, in one scale: orange above zero, blue below. Click one to take it apart.", **shown))
    else:
        note(
            _(
                "{shown} of {count}, in one scale: orange above zero, blue below. Click one to take it apart.",
                shown=len(numbers),
                count=count,
            )
        )
    return unit


def unit_name(card: ModelCard, looked: Looked, unit: int) -> str:
    """What a unit is called: a class, a map or a unit, by its number from 1."""
    return _names(card, looked, [unit])[0]


def _names(card: ModelCard, looked: Looked, units: list[int]) -> list[str]:
    if looked.is_last:
        return [card.class_names[unit] for unit in units]
    is_vector = len(looked.layer["shape"]) == 1
    text = _("unit {number}", number="{number}") if is_vector else _("map {number}", number="{number}")
    return [text.replace("{number}", str(unit + 1)) for unit in units]
