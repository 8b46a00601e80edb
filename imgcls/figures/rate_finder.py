"""A range test: the loss of each step against its learning rate."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 230  # px
#: The axis ends this many times above the first loss: what comes after is only "too high".
_HIGHEST = 1.6


def rate_figure(
    rates: np.ndarray,
    losses: np.ndarray,
    smoothed: np.ndarray,
    marks: dict[str, float],
    dark: bool,
    words: tuple[str, str],
) -> go.Figure:
    """Dots for the steps, a line for their average, and an upright for each marked rate.

    Args:
        rates: (n,), rising: a logarithmic axis.
        losses: (n,), in nats; the last may be no number.
        smoothed: (n,).
        marks: rates with their names, translated.
        dark: colours for the dark page.
        words: names of the axes, translated: the learning rate, the loss.
    """
    colours = ink(dark)
    line = {"color": class_colours(1, dark)[0], "width": 3}
    figure = go.Figure(layout=base_layout(dark))
    known = np.isfinite(losses)
    dots = {"color": colours["faint"], "size": 4, "opacity": 0.5}
    figure.add_trace(
        go.Scatter(x=rates[known].tolist(), y=losses[known].tolist(), mode="markers", marker=dots, hoverinfo="skip")
    )
    drawn = np.isfinite(smoothed)
    figure.add_trace(
        go.Scatter(
            x=rates[drawn].tolist(),
            y=smoothed[drawn].tolist(),
            mode="lines",
            line=line,
            hovertemplate="%{x:.1~g} → %{y:.3f}<extra></extra>",
        )
    )
    for place, (name, rate) in enumerate(marks.items()):
        figure.add_vline(x=rate, line={"color": colours["text"], "width": 2, "dash": "solid" if place == 0 else "dot"})
        left = rate <= min(marks.values())
        figure.add_annotation(
            x=float(np.log10(rate)),  # plotly's notes stand on the logarithm
            y=1,
            yref="paper",
            yanchor="top",
            xanchor="right" if left else "left",
            text=plain(name),
            showarrow=False,
            font={"size": 13},
            bgcolor=colours["background"],
        )
    figure.update_layout(height=_HEIGHT)
    figure.update_xaxes(title_text=plain(words[0]), type="log", tickformat=".0~e", nticks=8)
    figure.update_yaxes(title_text=plain(words[1]), range=[0, _HIGHEST * float(smoothed[0])], nticks=5)
    return figure
