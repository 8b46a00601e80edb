"""Convolution over several channels at once, its bias, and the ReLU after it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.figures.filters import signed_colours
from imgcls.lessons.convolution import KERNELS, Window, convolve
from pages.components.glossary import terms
from pages.components.lesson_picture import first_picture, small_colour_picture
from pages.components.notices import note
from pages.components.picture import Labelled, show_columns
from pages.components.words import _

_SIDE = 24
_WINDOW = Window(3)
_KEY = "convolution channels"


def channels() -> None:
    st.markdown(_("#### Several channels, a bias, and ReLU"))
    note(
        _(
            "A colour picture has three channels. Each has its own kernel; the three results and one bias are added up "
            "to one map, and ReLU keeps what is above zero. A layer does this once for each of its filters."
        )
    )
    picture = small_colour_picture(first_picture("shapes", 4), _SIDE)
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
    bias = row[3].slider(_("Bias"), -2.0, 2.0, 0.0, 0.1, key=f"{_KEY} bias")
    _maps(picture, kernels, float(bias), list(names.values()))
    terms("channel", "bias", "relu", "feature map")


def _maps(picture: np.ndarray, kernels: np.ndarray, bias: float, names: list[str]) -> None:
    parts = [convolve(picture[:, :, [c]], kernels[:, :, [c]], _WINDOW) for c in range(3)]
    total = convolve(picture, kernels, _WINDOW, bias)
    most = max(float(np.abs(np.stack([*parts, total])).max()), 0.01)
    middle = (total.shape[0] // 2, total.shape[1] // 2)
    tiles = [Labelled(_pixels(picture), _("the picture"), (_("the picture"), ""))]
    for name, part in zip(names, parts, strict=True):
        says = f"{part[middle]:+.2f}"
        tiles.append(Labelled(signed_colours(part, most), name, (_("{channel}, times its kernel", channel=name), says)))
    says = " ".join(f"{part[middle]:+.2f}" for part in parts) + f" {bias:+.2f} = {total[middle]:.2f}"
    tiles.append(Labelled(signed_colours(total, most), says, (_("sum and bias"), says)))
    after = np.maximum(total, 0)
    tiles.append(Labelled(signed_colours(after, most), _("after ReLU"), (_("after ReLU"), f"{after[middle]:.2f}")))
    show_columns([[tile] for tile in tiles], least=8, most=13)
    note(_("The numbers belong to the cell in the middle of each map. Blue is below zero, red above, white is zero."))


def _pixels(picture: np.ndarray) -> np.ndarray:
    return np.rint(picture * 255).astype(np.uint8)
