"""Deletion and insertion: the probability of a class while pixels go or come, for a map and its baselines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_WIDTHS, _DASHES = (3.2, 1.8, 1.8), ("solid", "dash", "dot")


def trust_curves_figure(
    shares: np.ndarray, curves: np.ndarray, names: Sequence[str], dark: bool, words: tuple[str, str]
) -> go.Figure:
    """A thick line for the map, thin ones for the baselines, each named where it ends to be told apart.

    Args:
        shares: `(points,)` from 0 to 1.
        curves: `(3, points)`, probabilities: of the map, the centre, chance.
        names: of the three, translated.
        dark: colours for the dark page.
        words: names of the axes, translated: the share of pixels, the probability.
    """
    figure = go.Figure(layout=base_layout(dark))
    colours = [class_colours(2, dark)[0], class_colours(2, dark)[1], ink(dark)["faint"]]
    for place, name in enumerate(names):
        figure.add_trace(
            go.Scatter(
                x=(100 * shares).round(1).tolist(),
                y=(100 * curves[place]).round(2).tolist(),
                mode="lines",
                name=plain(name),
                line={"color": colours[place], "width": _WIDTHS[place], "dash": _DASHES[place]},
                hovertemplate=f"{plain(name)}: %{{y:.0f}}%<extra></extra>",
            )
        )
    figure.update_layout(
        height=250,
        hovermode="x",
        showlegend=True,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 13}},
    )
    figure.update_xaxes(title_text=plain(words[0]), range=[0, 100], ticksuffix="%", nticks=5)
    figure.update_yaxes(title_text=plain(words[1]), range=[0, 103], ticksuffix="%", nticks=5)
    return figure
