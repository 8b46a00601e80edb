"""What accuracy costs: networks as points, and the line of those that none beats in both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 300  # px
_NAME = 22  # characters


def pareto_figure(
    costs: np.ndarray,
    accuracies: np.ndarray,
    names: Sequence[str],
    front: np.ndarray,
    dark: bool,
    words: tuple[str, str],
) -> go.Figure:
    """Filled points on the front, joined by steps; open ones that another beats.

    Args:
        costs: (n,), above 0: drawn on a logarithmic axis where they differ by more than tenfold.
        accuracies: (n,), 0 to 1.
        names: of each, translated.
        front: places, as `pareto_front` gives them.
        dark: colours for the dark page.
        words: names of the axes, translated: the cost, the accuracy.
    """
    colour = class_colours(1, dark)[0]
    figure = go.Figure(layout=base_layout(dark))
    on = np.isin(np.arange(len(costs)), front)
    line = {"color": colour, "width": 2, "shape": "hv"}
    shares = 100 * np.asarray(accuracies)
    figure.add_trace(
        go.Scatter(x=costs[front].tolist(), y=shares[front].tolist(), mode="lines", line=line, hoverinfo="skip")
    )
    figure.add_trace(
        go.Scatter(
            x=costs.tolist(),
            y=shares.tolist(),
            mode="markers+text",
            text=[plain(name, _NAME) for name in names],
            textposition=["top center" if one else "bottom center" for one in on],
            textfont={"size": 13, "color": ink(dark)["text"]},
            marker={
                "size": 12,
                "color": colour,
                "symbol": ["circle" if one else "circle-open" for one in on],
                "line": {"width": 2},
            },
            cliponaxis=False,
            hovertemplate="%{text}<br>%{x:.4~s} → %{y:.1f}%<extra></extra>",
        )
    )
    wide = costs.min() > 0 and costs.max() > 10 * costs.min()
    margin = max(1.0, 0.25 * float(np.ptp(shares)))
    figure.update_layout(height=_HEIGHT, margin={"l": 8, "r": 60, "t": 24, "b": 8})
    figure.update_xaxes(title_text=plain(words[0]), type="log" if wide else "linear", nticks=6)
    if not wide:
        room = max(0.15 * float(np.ptp(costs)), 0.15 * float(costs.max()))
        figure.update_xaxes(range=[max(0.0, float(costs.min()) - room), float(costs.max()) + room])
    figure.update_yaxes(
        title_text=plain(words[1]),
        range=[float(shares.min()) - margin, min(102.0, float(shares.max()) + margin)],
        ticksuffix="%",
        nticks=6,
    )
    return figure
