"""Two shares against each other as a threshold falls: ROC, and precision over recall."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 300  # px
#: Beyond as many points as the figure has pixels, more cost time and show nothing.
_MOST_POINTS = 400


def one_class_figure(
    x: np.ndarray,
    y: np.ndarray,
    here: tuple[float, float],
    chance: tuple[tuple[float, float], tuple[float, float]],
    dark: bool,
    words: tuple[str, str],
) -> go.Figure:
    """A line, the chosen threshold as a point on it, and a dotted line where guessing is.

    Args:
        x, y: (m,), shares from 0 to 1.
        here: x and y at the chosen threshold.
        chance: where guessing begins and ends, as (x, y) each.
        dark: colours for the dark page.
        words: names of the axes, translated.
    """
    some = np.unique(np.linspace(0, len(x) - 1, min(len(x), _MOST_POINTS)).round().astype(int))
    colour, colours = class_colours(1, dark)[0], ink(dark)
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(
        go.Scatter(
            x=[100 * end[0] for end in chance],
            y=[100 * end[1] for end in chance],
            mode="lines",
            line={"color": colours["faint"], "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=(100 * x[some]).round(2).tolist(),
            y=(100 * y[some]).round(2).tolist(),
            mode="lines",
            line={"color": colour, "width": 3},
            hovertemplate="%{x:.1f}% → %{y:.1f}%<extra></extra>",
        )
    )
    marker = {"size": 14, "color": colour, "line": {"color": colours["text"], "width": 2}}
    figure.add_trace(go.Scatter(x=[100 * here[0]], y=[100 * here[1]], mode="markers", marker=marker, hoverinfo="skip"))
    figure.update_layout(height=_HEIGHT)
    figure.update_xaxes(title_text=plain(words[0]), range=[-1, 101], ticksuffix="%", nticks=6)
    figure.update_yaxes(title_text=plain(words[1]), range=[-1, 102], ticksuffix="%", nticks=6)
    return figure
