"""The numbers of a lesson computed once more, by Keras itself, when the reader asks for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.components.lesson_network import answered
from pages.components.notices import note
from pages.components.words import _

#: What 32 bits may differ by, relative to the largest number.
_DIGITS = 1e-5


def keras_check(key: str, layer: str, ours: np.ndarray, arrays: dict[str, np.ndarray], **arguments: Any) -> None:
    """A click, and how far the page's numbers are from those of the real layer.

    Args:
        key: names it within the session; other numbers are asked about anew.
        layer: as Keras calls it; arrays, arguments: as the worker's `by_keras` takes them.
        ours: what the page computed, of the shape of the layer's result.
    """
    store, wanted = f"{key}: keras", hash((ours.tobytes(), layer))
    if st.button(_("Let Keras compute it too"), key=f"{key} keras"):
        st.session_state[store] = wanted
    if st.session_state.get(store) != wanted:
        note(_("These numbers are computed on the page, by the formula. Keras's own layer is one click away."))
        return
    answer = answered(f"{key} keras", "by_keras", arrays, layer=layer, **arguments)
    if answer is None:
        return
    theirs = answer[1]["y"].astype(float)
    largest = float(np.abs(theirs - ours).max())
    values = {"layer": layer, "count": ours.size, "largest": largest}
    if largest <= _DIGITS * max(1.0, float(np.abs(ours).max())):
        text = _(
            "keras.layers.{layer} computes the same {count:,} numbers. They differ by {largest:.0e} at most: it "
            "counts with 32 bits, this page with 64.",
            **values,
        )
    else:
        text = _("keras.layers.{layer} differs by up to {largest:.0e}, which should not be.", **values)
    note(text)
