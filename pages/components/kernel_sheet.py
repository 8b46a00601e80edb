"""All kernels of a layer, a page of them at a time, in one scale over all pages."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st

from imgcls.figures.filters import filter_sheet
from pages.components.lesson_network import answered
from pages.components.notices import note, strong
from pages.components.picture import show_picture
from pages.components.style import is_dark
from pages.components.words import _

#: Kinds of layers whose kernels slide; the worker's `inside_kernels` knows the same.
KINDS = ("Conv2D", "DepthwiseConv2D")
_PAGE = 64

Order = Literal["strength", "number"]


def kernel_sheet(
    key: str,
    model: str,
    version: str,
    layer: str,
    filters: int,
    image: np.ndarray,
    order: Order = "strength",
    columns: int = 8,
    width: int = 320,
) -> None:
    """Show the kernels of a layer of `filters` filters; with more than a page of them, a choice of the page.

    Args:
        key: names it within the session.
        image: uint8, as the network takes it; on it a filter is strong or weak.
        columns: kernels in a row.
        width: of the sheet, in pixels.
    """
    strong(_("The layer's kernels"))
    start = _start(key, model, layer, filters)
    asked = {"model": model, "version": version, "layer": layer, "order": order, "start": start}
    answer = answered(f"{key} kernels", "inside_kernels", {"image": image}, **asked)
    if answer is None:
        return
    facts, arrays = answer
    paper = 24 if is_dark() else 252
    sheet = filter_sheet(arrays["kernels"], columns=columns, paper=paper, limit=facts["most"])
    show_picture(sheet, _("The kernels of the layer, blue below zero, red above"), width=width)
    note(_said(order, start, arrays["kernels"].shape[-1], filters))


def _start(key: str, model: str, layer: str, filters: int) -> int:
    """The place of the first kernel that is shown, in their order."""
    pages = -(-filters // _PAGE)
    if pages == 1:
        return 0
    page = st.number_input(_("Page of kernels, of {count}", count=pages), 1, pages, 1, key=f"{key} {model} {layer}")
    return (int(page) - 1) * _PAGE


def _said(order: Order, start: int, shown: int, filters: int) -> str:
    names = {"first": start + 1, "last": start + shown, "count": filters}
    if order == "number":
        return _("Filters {first} to {last} of {count}, row by row.", **names)
    return _("From the strongest on this picture down: {first} to {last} of {count} filters, row by row.", **names)
