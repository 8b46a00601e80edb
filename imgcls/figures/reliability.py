"""How sure a network says it is, against how often it is right."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.evaluation.calibration import Reliability
from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 300  # px


def reliability_figure(
    found: Reliability, dark: bool, words: tuple[str, str, str, str], after: Reliability | None = None
) -> go.Figure:
    """Bars of accuracy over confidence; on the diagonal, a network is as sure as it may be.

    Args:
        found: of the network as it is.
        dark: colours for the dark page.
        words: translated: the confidence, the accuracy, the bars' name, the name of `after`.
        after: the same after temperature scaling, drawn as points; None: not drawn.
    """
    sure, right, name, name_after = map(plain, words)
    colours, (bar, point) = ink(dark), class_colours(2, dark)
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(_diagonal(colours["faint"]))
    filled = found.counts > 0
    middles = (found.edges[:-1] + found.edges[1:]) / 2
    width = 100 * float(found.edges[1])
    figure.add_trace(
        go.Bar(
            x=(100 * middles[filled]).tolist(),
            y=(100 * found.accuracy[filled]).tolist(),
            width=0.92 * width,
            name=name,
            marker={"color": bar, "opacity": 0.75, "line": {"width": 0}},
            customdata=np.stack([100 * found.confidence[filled], found.counts[filled]], axis=1).round(1).tolist(),
            hovertemplate=f"{sure}: %{{customdata[0]:.0f}}%<br>{right}: %{{y:.0f}}% (%{{customdata[1]:.0f}})"
            "<extra></extra>",
        )
    )
    if after is not None:
        figure.add_trace(_points(after, point, name_after, (sure, right)))
    figure.update_layout(
        height=_HEIGHT,
        bargap=0,
        showlegend=after is not None,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 13}},
    )
    figure.update_xaxes(title_text=sure, range=[0, 101], ticksuffix="%", dtick=20)
    figure.update_yaxes(title_text=right, range=[0, 103], ticksuffix="%", dtick=20)
    return figure


def _diagonal(colour: str) -> go.Scatter:
    line = {"color": colour, "width": 1.5, "dash": "dash"}
    return go.Scatter(x=[0, 100], y=[0, 100], mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _points(after: Reliability, colour: str, name: str, words: tuple[str, str]) -> go.Scatter:
    filled = after.counts > 0
    return go.Scatter(
        x=(100 * after.confidence[filled]).tolist(),
        y=(100 * after.accuracy[filled]).tolist(),
        mode="markers",
        name=name,
        marker={"color": colour, "size": 9, "symbol": "diamond"},
        hovertemplate=f"{words[0]}: %{{x:.0f}}%<br>{words[1]}: %{{y:.0f}}%<extra></extra>",
    )
