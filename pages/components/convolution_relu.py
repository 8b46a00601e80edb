"""ReLU number by number: what is below zero becomes zero, on the map that one's own kernel has made."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.convolution_window import MARK
from pages.components.notices import note
from pages.components.sliding import sliding
from pages.components.words import _


def relu_steps(key: str, values: np.ndarray) -> None:
    """Go over a map (h, w), cell by cell: what comes in, and what ReLU lets through."""
    after = np.maximum(values, 0.0)
    st.markdown(_("#### ReLU, number by number"))
    names = {"input": _("The map, before ReLU"), "output": _("After ReLU")}
    data = {
        "x": values.round(4).tolist(),
        "pad": [0, 0],
        "inner": list(values.shape),
        "y": after.round(4).tolist(),
        "signed": True,
        "side": 1,
        "stride": 1,
        "dilation": 1,
        "mode": "relu",
        "kernel": [],
        "kernel_version": "",
        "editable": False,
        "cell": [0, 0],
        "version": f"relu {values.shape}",
        "hidden": False,
        "accent": MARK,
    }
    sliding(key, data, names=names)
    note(
        _(
            "ReLU(x) = max(0, x). Of {count} numbers {below} are below zero and become zero; all others stay as they "
            "are. Without it, two convolutions one after the other would be no more than one.",
            count=values.size,
            below=int((values < 0).sum()),
        )
    )
