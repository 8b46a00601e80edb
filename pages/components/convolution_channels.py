"""Convolution over several channels at once, its bias, and the ReLU after it: the numbers of any cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.figures.filters import signed_colours
from imgcls.lessons.convolution import KERNELS, Window, convolve
from pages.components.glossary import terms
from pages.components.lesson_picture import first_picture, small_colour_picture
from pages.components.notices import note
from pages.components.picture import Labelled, show_columns
from pages.components.unit import show_unit
from pages.components.words import _

_SIDE = 24
_WINDOW = Window(3)
_KEY = "convolution channels"


def channels(pixels: np.ndarray) -> None:
    """Three channels with a kernel each.

    Args:
        pixels: the reader's picture, uint8 (h, w, 1 or 3).
    """
    st.markdown(_("#### Several channels, a bias, and ReLU"))
    note(
        _(
            "A colour picture has three channels. Each has its own kernel; the three results and one bias are added up "
            "to one map, and ReLU keeps what is above zero. A layer does this once for each of its filters."
        )
    )
    if not is_colour(pixels):
        note(_("Your picture is grey and has one channel: here is one in colour. A photograph has three as well."))
        pixels = first_picture("shapes", 4)
    picture = small_colour_picture(pixels, _SIDE)
    kernels, bias = _choices()
    total = convolve(picture, kernels, _WINDOW, bias)
    show_unit(_KEY, *apart(picture, kernels, bias), layer=_KEY, name=_("the sum, after ReLU"), checked=False)
    _maps(picture, kernels, total)
    terms("channel", "bias", "relu", "feature map")


def is_colour(pixels: np.ndarray) -> bool:
    """Whether a picture, uint8 (h, w, c), has channels that differ."""
    return pixels.shape[2] == 3 and bool((pixels != pixels[..., :1]).any())


def _choices() -> tuple[np.ndarray, float]:
    """The kernels (3, 3, channels) and the bias."""
    names = {"red": _("red"), "green": _("green"), "blue": _("blue")}
    ways = {
        "vertical": _("vertical edges"),
        "outline": _("outline"),
        "blur": _("blur"),
        "identity": _("nothing (identity)"),
        "off": _("all zeros"),
    }
    row = st.columns(4)
    kernels = np.zeros((3, 3, 3))
    first = ("outline", "off", "blur")
    for place, (name, word) in enumerate(names.items()):
        way = row[place].selectbox(
            _("Kernel for {channel}", channel=word),
            list(ways),
            list(ways).index(first[place]),
            ways.__getitem__,
            key=f"{_KEY} {name}",
        )
        kernels[:, :, place] = 0 if way == "off" else KERNELS[way](3)
    return kernels, float(row[3].slider(_("Bias"), -2.0, 2.0, 0.0, 0.1, key=f"{_KEY} bias"))


def apart(picture: np.ndarray, kernels: np.ndarray, bias: float) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The map with its numbers, as a unit of a network that is taken apart: `imgcls.inside`."""
    value = np.maximum(convolve(picture, kernels, _WINDOW, bias), 0)
    row, column = np.unravel_index(int(value.argmax()), value.shape)
    relu = {"kind": "activation", "layer": "", "own": True, "function": {"name": "relu", "most": None}}
    facts = {
        "kind": "sum",
        "window": {"kernel": [3, 3], "stride": [1, 1], "dilation": [1, 1], "pad": [0, 0]},
        "channels": [0, 1, 2],
        "others": 0,
        "bias": bias,
        "has_bias": True,
        "steps": [relu],
        "sources": [],
        "colours": 3,
        "start": [int(row), int(column)],
    }
    return facts, {"x": picture, "kernel": kernels, "value": value, "after": value[None]}


def _maps(picture: np.ndarray, kernels: np.ndarray, total: np.ndarray) -> None:
    """Each channel's share, their sum, and what ReLU leaves of it."""
    names = (_("red"), _("green"), _("blue"))
    parts = [convolve(picture[:, :, [c]], kernels[:, :, [c]], _WINDOW) for c in range(3)]
    most = max(float(np.abs(np.stack([*parts, total])).max()), 0.01)
    tiles = [Labelled(np.rint(picture * 255).astype(np.uint8), _("the picture"), (_("the picture"),))]
    for name, part in zip(names, parts, strict=True):
        tiles.append(Labelled(signed_colours(part, most), name, (_("{channel}, times its kernel", channel=name),)))
    words = (_("sum and bias"), _("after ReLU"))
    for text, values in zip(words, (total, np.maximum(total, 0)), strict=True):
        tiles.append(Labelled(signed_colours(values, most), text, (text,)))
    show_columns([[tile] for tile in tiles], least=6, most=9)
    note(_("All maps in one scale: blue is below zero, orange above, white is zero."))
