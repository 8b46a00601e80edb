"""Two means with their intervals, and their difference with its own, against zero."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.layout import base_layout


@dataclass(frozen=True)
class Measured:
    """A name, a value and half of its interval, in points."""

    name: str
    value: float
    half: float


def means_figure(means: list[Measured], axis: str, dark: bool) -> go.Figure:
    """Each mean as a dot with its interval, one below the other.

    Args:
        means: named, in per cent.
        axis: what stands below, translated.
    """
    return _intervals(means, axis, dark, zero=False)


def difference_figure(one: Measured, axis: str, dark: bool) -> go.Figure:
    """The difference with its interval, and a line at zero."""
    return _intervals([one], axis, dark, zero=True)


def _intervals(values: list[Measured], axis: str, dark: bool, zero: bool) -> go.Figure:
    colours = ink(dark)
    figure = go.Figure(layout=base_layout(dark))
    for place, one in enumerate(values):
        colour = colours["accent"] if place == 0 else colours["faint"]
        figure.add_trace(
            go.Scatter(
                x=[one.value],
                y=[one.name],
                mode="markers",
                marker={"size": 13, "color": colour, "symbol": "circle" if place == 0 else "diamond"},
                error_x={"type": "data", "array": [one.half], "color": colour, "thickness": 3, "width": 9},
                hovertemplate="%{x:.2f} ± " + f"{one.half:.2f}<extra></extra>",
            )
        )
    if zero:
        figure.add_vline(x=0, line={"color": colours["mistake"], "width": 2, "dash": "dash"})
    reach = [end for one in values for end in (one.value - one.half, one.value + one.half)] + ([0.0] if zero else [])
    room = 0.12 * (max(reach) - min(reach) or 1.0)
    figure.update_layout(height=90 + 60 * len(values), showlegend=False, margin={"l": 8, "r": 12, "t": 8, "b": 8})
    figure.update_xaxes(title_text=axis, range=[min(reach) - room, max(reach) + room], nticks=8)
    figure.update_yaxes(autorange="reversed", tickfont={"size": 15})
    return figure
