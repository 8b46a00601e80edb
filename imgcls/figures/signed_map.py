"""A raw map with its numbers: blue speaks against, red for, white says nothing."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.layout import base_layout, plain

#: One blue–white–red scale centred on 0 for all signed quantities; for those without a sign its upper half.
SIGNED = [[0.0, "#2166AC"], [0.25, "#92C5DE"], [0.5, "#F7F7F7"], [0.75, "#F4A582"], [1.0, "#B2182B"]]
_ONE_SIDED = [[0.0, "#F7F7F7"], [0.5, "#F4A582"], [1.0, "#B2182B"]]


def signed_map_figure(raw: np.ndarray, signed: bool, dark: bool, words: tuple[str, str, str]) -> go.Figure:
    """Each value of a raw map as a square of colour, told under the pointer; rows and columns count from 1.

    Args:
        raw: (h, w) float.
        signed: whether values below zero mean something; the scale is then centred on 0.
        dark: colours for the dark page.
        words: "row", "column", "value", translated.
    """
    row, column, value = (plain(word) for word in words)
    most = float(np.abs(raw).max(initial=0)) or 1.0
    height, width = raw.shape
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(
        go.Heatmap(
            x=list(range(1, width + 1)),
            y=list(range(1, height + 1)),
            z=np.asarray(raw, float).round(_decimals(most)).tolist(),
            zmin=-most if signed else 0.0,
            zmax=most,
            colorscale=SIGNED if signed else _ONE_SIDED,
            showscale=False,
            hovertemplate=f"{row} %{{y}}, {column} %{{x}}<br>{value} %{{z:.3g}}<extra></extra>",
        )
    )
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, height=252 if width >= height else 300)
    figure.update_xaxes(visible=False, constrain="domain", range=[0.5, width + 0.5])
    figure.update_yaxes(visible=False, constrain="domain", range=[height + 0.5, 0.5], scaleanchor="x", scaleratio=1)
    return figure


def _decimals(most: float) -> int:
    """Four significant digits of the largest value: what hover shows, and not a byte more."""
    return int(4 - np.floor(np.log10(most)))
