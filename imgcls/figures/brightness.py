"""How light the images of each part are: parts that differ are no fair test of one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.counts import part_colours, part_names
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 260  # px
_HEAD = 26  # px above, for the names


def brightness_figure(shares: npt.ArrayLike, parts: Sequence[str], dark: bool, x_title: str, y_title: str) -> go.Figure:
    """A stepped line for each part.

    Args:
        shares: float (3, bins), the share of a part's images in each step of brightness from 0 to 255.
        parts: the names of the three parts, translated.
        dark: colours for the dark page.
        x_title: name of the brightness, translated.
        y_title: name of the share, translated.
    """
    values = 100 * np.asarray(shares, float)
    bins = values.shape[1]
    middles = (np.arange(bins) + 0.5) * 256 / bins
    figure = go.Figure(layout=base_layout(dark))
    for place, part in reversed(list(enumerate(parts))):
        figure.add_trace(_line(middles, values[place], part, part_colours(dark)[place], 3.0 if place == 0 else 1.8))
    figure.update_layout(height=_HEIGHT, hovermode="x", margin={"t": _HEAD}, annotations=[_names(parts, dark)])
    figure.update_xaxes(title_text=x_title, range=[0, _end(values)], nticks=9)
    figure.update_yaxes(title_text=y_title, range=[0, 1.05 * max(1.0, float(values.max(initial=0)))], ticksuffix="%")
    return figure


def _line(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], part: str, colour: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=x.tolist(),
        y=y.tolist(),
        mode="lines",
        name=part,
        line={"color": colour, "width": width, "shape": "hvh"},
        hovertemplate=f"{plain(part)}: %{{y:.1f}}%<extra></extra>",
    )


def _names(parts: Sequence[str], dark: bool) -> dict[str, object]:
    return {
        "text": part_names(parts, dark),
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 14, "color": ink(dark)["text"]},
    }


def _end(values: npt.NDArray[np.float64]) -> int:
    """Where the axis ends: behind the lightest image, at a quarter, half, three quarters or all of 256."""
    used = np.flatnonzero(values.any(axis=0))
    last = (int(used[-1]) + 1) / values.shape[1] if len(used) else 1.0
    return int(64 * np.ceil(4 * last))
