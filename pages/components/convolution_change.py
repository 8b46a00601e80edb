"""Convolution with a picture, a kernel and a window of one's own; then with channels, bias and ReLU."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from imgcls.errors import InputError
from imgcls.lessons.convolution import KERNELS, Padding, Window, convolve
from pages.components.convolution_channels import channels
from pages.components.convolution_relu import relu_steps
from pages.components.convolution_window import window_over
from pages.components.glossary import terms
from pages.components.keras_check import keras_check
from pages.components.lesson_picture import chosen_pixels, to_grey_cells
from pages.components.notices import note, show_warning
from pages.components.part import part
from pages.components.sliding import kernel_from
from pages.components.words import _

_KEY = "convolution change"


def change_it() -> None:
    left, right = st.columns([4, 9], gap="large")
    with left:
        side = int(st.select_slider(_("Cells a side"), [8, 12, 14, 20], 14, key=f"{_KEY} side"))
        pixels = chosen_pixels(_KEY)
        window, name = _window()
        terms("kernel", "stride", "padding", "dilation")
    with right:
        if pixels is None:
            st.info(_("Draw or choose a picture: its cells will stand here."))
            return
        picture = to_grey_cells(pixels, side)
        try:
            window.check(side)
        except InputError as error:
            show_warning(error)
            note(_("{formula}: less than one place.", formula=_size(side, window)))
            return
        kernel = _slide(picture, name, window)
    ours = convolve(picture[..., None], kernel[..., None], window)
    keras_check(_KEY, "Conv2D", ours, {"x": picture, "kernel": kernel}, **asdict(window))
    _say_size(side, window)
    _say_flip(picture, kernel, window)
    part(channels)(pixels)
    relu_steps(f"{_KEY} relu", ours)


def _window() -> tuple[Window, str]:
    names = {
        "vertical": _("vertical edges"),
        "horizontal": _("horizontal edges"),
        "outline": _("outline"),
        "blur": _("blur"),
        "sharpen": _("sharpen"),
        "emboss": _("emboss"),
        "identity": _("nothing (identity)"),
    }
    one, other = st.columns(2)
    name = one.selectbox(_("Kernel"), list(names), format_func=names.__getitem__, key=f"{_KEY} kernel")
    size = other.selectbox(_("Its size"), [2, 3, 4, 5, 7], 1, lambda k: f"{k} × {k}", key=f"{_KEY} size")
    one, other = st.columns(2)
    stride = one.number_input(_("Stride"), 1, 20, 1, key=f"{_KEY} stride")
    dilation = other.number_input(_("Dilation"), 1, 6, 1, key=f"{_KEY} dilation")
    ways: dict[Padding, str] = {"valid": _("valid: only where it fits"), "same": _("same: zeros around")}
    padding = st.selectbox(_("Padding"), list(ways), format_func=ways.__getitem__, key=f"{_KEY} padding")
    return Window(size, int(stride), padding, int(dilation)), name


def _slide(picture: np.ndarray, name: str, window: Window) -> np.ndarray:
    """The window over the picture; the kernel as it is after the reader's changes."""
    version, store = f"{name} {window.kernel}", f"{_KEY}: kernel"
    kept = st.session_state.get(store, {})
    chosen = kept["kernel"] if kept.get("version") == version else KERNELS[name](window.kernel)
    sent = kernel_from(st.session_state.get(_KEY, {}).get("kernel"), version, window.kernel)
    kernel = chosen if sent is None else sent
    st.session_state[store] = {"version": version, "kernel": kernel}
    window_over(_KEY, picture, kernel, window, cell=(0, 0), kernel_version=version)
    note(_("Change any weight of the kernel: the whole result follows."))
    return kernel


def _size(side: int, window: Window) -> str:
    return f"⌊({side} + {sum(window.pads(side))} − {window.covered}) / {window.stride}⌋ + 1"


def _say_size(side: int, window: Window) -> None:
    places, (before, after) = window.places(side), window.pads(side)
    st.markdown(_("#### How large is the result?"))
    st.latex(
        r"\left\lfloor\frac{n+p-d\,(k-1)-1}{s}\right\rfloor+1="
        rf"\left\lfloor\frac{{{side}+{before + after}-{window.covered}}}{{{window.stride}}}\right\rfloor+1={places}"
    )
    note(
        _(
            "n: cells of the picture. p: zeros on both sides. k: cells of the kernel, which cover {covered} with "
            "dilation d. s: stride.",
            covered=window.covered,
        )
    )
    if places == 1:
        st.info(_("Only one place is left: the whole picture becomes a single number."))
    if before != after:
        st.info(
            _(
                "{total} zeros cannot be shared out evenly: above and on the left {before}, below and on the right "
                "{after}, so the result lies half a cell off. That is why most kernels have an odd size.",
                total=before + after,
                before=before,
                after=after,
            )
        )


def _say_flip(picture: np.ndarray, kernel: np.ndarray, window: Window) -> None:
    x = picture[..., None]
    there = convolve(x, kernel[..., None], window)
    flipped = convolve(x, kernel[::-1, ::-1, None], window)
    change = float(np.abs(there - flipped).mean())
    text = _(
        "In passing: mathematicians turn the kernel by half a turn first; what networks compute, and what stands here, "
        "is called cross-correlation. Turning this kernel would change each value by {change:.2f} on average. To a "
        "network it makes no difference: it learns the weights either way.",
        change=change,
    )
    note(text)
