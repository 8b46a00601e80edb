"""Two pictures laid over one another, with a square cut out: as pictures, and one pixel as a sum."""

from __future__ import annotations

import numpy as np
import streamlit as st

from imgcls.explain.picture import enlarge
from imgcls.lessons.augmentation import mixed
from pages.components.picture import Labelled, show_columns
from pages.components.words import _

_SIDE = 168


def to_picture(values: np.ndarray) -> np.ndarray:
    """Values 0 to 255 as a picture, uint8."""
    return np.asarray(np.rint(np.clip(values, 0, 255)).astype(np.uint8))


def show_pair(first: np.ndarray, second: np.ndarray, share: float, names: tuple[str, str]) -> None:
    """Both and their mixture, and the pixel in which they differ most as a sum."""
    blend = mixed(first, second, share)
    says = f"{names[0]} {share:.0%} · {names[1]} {1 - share:.0%}"
    show_columns(
        [
            [Labelled(enlarge(first, _SIDE), _("picture i"), (names[0],))],
            [Labelled(enlarge(second, _SIDE), _("picture j"), (names[1],))],
            [Labelled(enlarge(to_picture(blend), _SIDE), _("mixture"), (says,))],
        ],
        least=7,
        most=11,
    )
    place = np.unravel_index(np.abs(first.astype(int) - second.astype(int)).argmax(), first.shape)
    one, other = int(first[place]), int(second[place])
    st.latex(r"\tilde x=\lambda x_i+(1-\lambda)x_j")
    st.latex(rf"{share:.2f}\cdot {one}+{1 - share:.2f}\cdot {other}={blend[place]:.1f}")  # two lines: a phone is narrow
    st.caption(
        _(
            "The pixel in row {row}, column {column}, where both differ most.",
            row=int(place[0]) + 1,
            column=int(place[1]) + 1,
        )
    )
