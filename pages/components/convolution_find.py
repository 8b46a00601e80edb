"""The formula of convolution inside one's own network: patch times kernel plus bias is what it computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.figures.filters import filter_sheet
from imgcls.figures.layout import PLOT_CONFIG
from imgcls.figures.products import products_svg
from imgcls.figures.signed_map import signed_map_figure
from pages.components.glossary import terms
from pages.components.lesson_network import answered, own_image, own_layer
from pages.components.notices import note, strong
from pages.components.picture import show_drawing, show_picture
from pages.components.style import is_dark
from pages.components.words import _

_KEY = "convolution"
#: Channels of a patch that are shown one by one; the others are added up.
_CHANNELS = 4
#: How Keras's activations are written.
_ACTIVATIONS = {"relu": "ReLU", "relu6": "ReLU6", "gelu": "GELU", "silu": "SiLU"}
#: Kernels in the sheet.
_KERNELS = 64


def find_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        place = own_layer(_KEY, "conv")
        if place is None:
            return
        image = own_image(_KEY, place.run)
        filters, which = place.layer["to"][2], f"{place.run} {place.layer['name']}"
        number = st.number_input(
            _("Filter (of {count})", count=filters),
            1,
            filters,
            1,
            key=f"{_KEY} filter {place.run} {place.layer['name']}",
        )
        asked = _asked_place(f"{which} {number}", place.layer["to"])
        terms("kernel", "channel", "feature map", "bias")
    with right:
        answer = answered(
            f"{_KEY} unit",
            "unit_sum",
            {"image": image},
            model=place.run,
            version=place.version,
            layer=place.layer["name"],
            filter=int(number) - 1,
            at=asked,
        )
        if answer is not None:
            _draw(*answer, image, int(number))


def _asked_place(which: str, shape: list[int]) -> list[int] | None:
    """The row and column that the reader wants; None: the strongest."""
    if not st.toggle(_("Choose the pixel myself"), key=f"{_KEY} own place"):
        note(_("The pixel is the filter's strongest on this image."))
        return None
    one, other = st.columns(2)
    row = one.number_input(_("Row"), 1, shape[0], (shape[0] + 1) // 2, key=f"{_KEY} row {which}")
    column = other.number_input(_("Column"), 1, shape[1], (shape[1] + 1) // 2, key=f"{_KEY} column {which}")
    return [int(row) - 1, int(column) - 1]


def _draw(facts: dict[str, Any], arrays: dict[str, np.ndarray], image: np.ndarray, number: int) -> None:
    row, column = facts["place"]
    pictures = st.columns([3, 3, 4], gap="medium")
    with pictures[0]:
        strong(_("The image"))
        show_picture(image, _("The image"))
    with pictures[1]:
        strong(_("What filter {number} makes of it", number=number))
        figure = signed_map_figure(arrays["map"], True, is_dark(), (_("row"), _("column"), _("value")))
        figure.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": "#E8A200", "width": 3},
        )
        st.plotly_chart(
            figure,
            key=f"{_KEY} map",
            config=PLOT_CONFIG,
            theme=None,
            alt=_("The filter's map; the framed pixel is taken apart"),
        )
    with pictures[2]:
        strong(_("The layer's kernels"))
        sheet = filter_sheet(arrays["kernels"][..., :_KERNELS], paper=24 if is_dark() else 252)
        show_picture(sheet, _("The kernels of the layer, blue below zero, red above"))
    strong(_("The framed pixel, row {row}, column {column}, taken apart", row=row + 1, column=column + 1))
    taken_apart(facts, arrays)


def taken_apart(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """The products of one pixel, channel by channel, and their sum beside what the network computed."""
    _parts(arrays["patch"], arrays["kernel"])
    _sum(facts, arrays)
    _onwards(facts["steps"], facts["activated"])


def _parts(patch: np.ndarray, kernel: np.ndarray) -> None:
    """The channels that say most, number by number."""
    strongest = np.argsort(-np.abs(contributions(patch, kernel)), kind="stable")[:_CHANNELS]
    names = [_("channel {number}", number=int(channel) + 1) for channel in strongest]
    heads = (_("what it covers"), _("the kernel"), _("the products"))
    drawing = products_svg(patch[..., strongest], kernel[..., strongest], names, heads, is_dark())
    show_drawing(drawing, _("Patch times kernel, channel by channel"), width=740)


def _sum(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    sums = contributions(arrays["patch"], arrays["kernel"])
    strongest = np.sort(np.argsort(-np.abs(sums), kind="stable")[:_CHANNELS])
    shown = [f"{sums[channel]:+.4f}" for channel in np.argsort(-np.abs(sums), kind="stable")[:_CHANNELS]]
    others = len(sums) - len(strongest)
    if others:
        rest = float(sums.sum() - sums[strongest].sum())
        shown.append(rf"\underbrace{{{rest:+.4f}}}_{{{others}}}")
    bias = facts["bias"] if facts["has_bias"] else 0.0
    named = rf"{bias:+.4f}\;(b)" if facts["has_bias"] else ""
    name = _ACTIVATIONS.get(facts["activation"], facts["activation"])
    plain = facts["activation"] == "linear"
    end = "" if plain else rf"\;\to\;\mathrm{{{name}}}\;\to\;{facts['activated']:.4f}"
    st.latex(rf"{' '.join(shown)}\;{named}={facts['sum']:.4f}{end}")
    if others:
        note(_("The number with a brace is the sum of the {count} other channels.", count=others))
    if not facts["has_bias"]:
        note(_("This layer has no bias: the batch norm after it would take it away again."))
    st.info(
        _(
            "The article's formula gives {sum:.4f}{after}; the network itself computed **{value:.4f}** there.",
            sum=facts["sum"],
            after="" if plain else _(", after {name} {value:.4f}", name=name, value=facts["activated"]),
            value=facts["value"],
        )
    )
    if facts["precision"] != "float32":
        note(_("This network computes in {precision}: the last digits differ.", precision=facts["precision"]))


def _onwards(steps: list[dict[str, Any]], x: float) -> None:
    """Batch norm and activation after the convolution, with the number that came out of it."""
    if not steps:
        return
    strong(_("What the next layers make of this number"))
    for step in steps:
        st.latex(_norm(step, x) if step["kind"] == "norm" else _activation(step, x))
        x = step["computed"]
    norm, activation = any(one["kind"] == "norm" for one in steps), any(one["kind"] == "activation" for one in steps)
    words = {
        (True, True): _("After batch norm and activation"),
        (True, False): _("After batch norm"),
        (False, True): _("After the activation"),
    }[norm, activation]
    st.info(
        _(
            "{words} the formulas give {computed:.4f}; the network itself computed **{value:.4f}** there.",
            words=words,
            computed=steps[-1]["computed"],
            value=steps[-1]["value"],
        )
    )


def _norm(step: dict[str, Any], x: float) -> str:
    epsilon = f"{step['epsilon']:.6f}".rstrip("0")
    return (
        rf"{step['gamma']:.4f}\cdot\frac{{{x:.4f}-({step['mean']:.4f})}}"
        rf"{{\sqrt{{{step['variance']:.4f}+{epsilon}}}}}+({step['beta']:.4f})={step['computed']:.4f}"
    )


def _activation(step: dict[str, Any], x: float) -> str:
    name = _ACTIVATIONS.get(step["name"], step["name"])
    return rf"\mathrm{{{name}}}({x:.4f})={step['computed']:.4f}"


def contributions(patch: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What each input channel adds to the sum: float64 (c,) of a patch and a kernel (k, k, c)."""
    return (patch.astype(float) * kernel.astype(float)).sum(axis=(0, 1))
