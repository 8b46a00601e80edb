"""Accuracy against how much images are spoiled, one line for each way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 340  # px
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")


def robustness_figure(accuracy: np.ndarray, names: Sequence[str], dark: bool, words: tuple[str, str]) -> go.Figure:
    """Lines from the images as they are to the strongest.

    Args:
        accuracy: (ways, strengths + 1), 0 to 1.
        names: of the ways, translated.
        dark: colours for the dark page.
        words: names of the axes, translated: the strength, the accuracy.
    """
    figure = go.Figure(layout=base_layout(dark))
    colours = class_colours(len(names), dark)
    for place, name in enumerate(names):
        figure.add_trace(
            go.Scatter(
                x=list(range(accuracy.shape[1])),
                y=(100 * accuracy[place]).round(1).tolist(),
                mode="lines+markers",
                name=plain(name),
                line={"color": colours[place], "width": 2.5, "dash": _DASHES[place % len(_DASHES)]},
                marker={"size": 8, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
                hovertemplate=f"{plain(name)}: %{{y:.0f}}%<extra></extra>",
            )
        )
    figure.update_layout(
        height=_HEIGHT,
        hovermode="x",
        showlegend=True,
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 13}},
    )
    figure.update_xaxes(title_text=plain(words[0]), dtick=1, range=[-0.1, accuracy.shape[1] - 0.9])
    figure.update_yaxes(title_text=plain(words[1]), range=[0, 103], ticksuffix="%", dtick=20)
    return figure
