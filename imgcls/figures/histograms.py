"""Histograms of the same values before and after something, in one frame, named beside their peaks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours
from imgcls.figures.layout import base_layout, plain

_BINS = 60
_DASHES = ("solid", "dash", "dot")


def histograms_figure(values: Mapping[str, np.ndarray], axis: str, share: str, dark: bool) -> go.Figure:
    """One stepped line for each name.

    Args:
        values: name, translated → float (n,).
        axis: what the values are, translated; share: what the heights are, translated.
        dark: colours for the dark page.
    """
    figure = go.Figure(layout=base_layout(dark))
    low = min(float(np.min(one)) for one in values.values())
    high = max(float(np.max(one)) for one in values.values())
    edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    every = {name: np.histogram(one, edges)[0] / len(one) for name, one in values.items()}
    top = _top(list(every.values()))
    looks = zip(every.items(), class_colours(3, dark), _DASHES, strict=False)
    for place, ((name, heights), colour, dash) in enumerate(looks):
        peak = int(heights.argmax())
        tall = f" ↑ {heights[peak]:.0%}" if heights[peak] > top else ""
        figure.add_trace(
            go.Scatter(
                x=middles.round(4).tolist(),
                y=heights.round(5).tolist(),
                mode="lines",
                line={"color": colour, "width": 2.5, "shape": "hvh", "dash": dash},
                hovertemplate=f"{plain(name)}: %{{x:.2f}}<br>%{{y:.1%}}<extra></extra>",
                name=plain(name),
            )
        )
        figure.add_annotation(
            x=float(middles[peak]),
            y=min(float(heights[peak]), top),
            text=plain(name) + tall,
            font={"color": colour},
            showarrow=False,
            xanchor="left" if peak < _BINS * 0.75 else "right",
            yanchor="bottom",
            yshift=-20 * place,
            xshift=6 if peak < _BINS * 0.75 else -6,
        )
    figure.update_layout(height=280, margin={"l": 8, "r": 8, "t": 12, "b": 8})
    figure.update_xaxes(title_text=plain(axis))
    figure.update_yaxes(title_text=plain(share), tickformat=".2~%", range=[0, 1.12 * top])
    return figure


def _top(every: list[np.ndarray]) -> float:
    """The height that is shown: a single bar far above all others, as black paper makes it, would flatten them."""
    highest = max(float(heights.max()) for heights in every)
    second = max(float(np.sort(heights)[-2]) for heights in every)
    return 2 * second if second and highest > 4 * second else highest
