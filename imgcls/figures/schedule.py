"""The learning rate over a run, before it begins."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 170  # px


def schedule_figure(rates: np.ndarray, epochs: int, dark: bool, words: tuple[str, str]) -> go.Figure:
    """A line from the first step to the last.

    Args:
        rates: (n,), at n moments evenly spread over the run.
        epochs: of the run.
        dark: colours for the dark page.
        words: names of the axes, translated: the epoch, the learning rate.
    """
    x = np.linspace(0, epochs, len(rates))
    line = {"color": class_colours(1, dark)[0], "width": 3}
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(
        go.Scatter(x=x.tolist(), y=rates.tolist(), mode="lines", line=line, hovertemplate="%{y:.2~g}<extra></extra>")
    )
    figure.update_layout(height=_HEIGHT, hovermode="x")
    figure.update_xaxes(title_text=plain(words[0]), range=[0, epochs], nticks=6)
    figure.update_yaxes(title_text=plain(words[1]), range=[0, 1.08 * float(rates.max())], nticks=4, tickformat=".2~g")
    return figure
