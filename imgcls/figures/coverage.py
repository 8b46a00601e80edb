"""The more a network keeps to itself, the more of what it says is right."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 300  # px
_MOST_POINTS = 400


def coverage_figure(
    coverage: np.ndarray, accuracy: np.ndarray, here: tuple[float, float] | None, dark: bool, words: tuple[str, str]
) -> go.Figure:
    """A line of accuracy over coverage, and the chosen threshold as a point on it.

    Args:
        coverage, accuracy: (m,), as `coverage_curve` gives them.
        here: coverage and accuracy at the chosen threshold; None: nothing is answered there.
        dark: colours for the dark page.
        words: names of the axes, translated: the coverage, the accuracy.
    """
    some = np.unique(np.linspace(0, len(coverage) - 1, min(len(coverage), _MOST_POINTS)).round().astype(int))
    colour = class_colours(1, dark)[0]
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(
        go.Scatter(
            x=(100 * coverage[some]).round(2).tolist(),
            y=(100 * accuracy[some]).round(2).tolist(),
            mode="lines",
            line={"color": colour, "width": 3, "shape": "hv"},
            hovertemplate="%{x:.0f}% → %{y:.1f}%<extra></extra>",
        )
    )
    if here is not None:
        marker = {"size": 14, "color": colour, "line": {"color": ink(dark)["text"], "width": 2}}
        figure.add_trace(
            go.Scatter(x=[100 * here[0]], y=[100 * here[1]], mode="markers", marker=marker, hoverinfo="skip")
        )
    low = min(100 * float(accuracy[some].min()), 100 * here[1] if here else 100.0)
    figure.update_layout(height=_HEIGHT)
    figure.update_xaxes(title_text=plain(words[0]), range=[0, 101], ticksuffix="%", nticks=6)
    figure.update_yaxes(title_text=plain(words[1]), range=[max(0.0, low - 3), 100.6], ticksuffix="%", nticks=6)
    return figure
