"""Recall class by class for several runs: a row for each class, a dot for each run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_ROW, _FRAME = 34, 84  # px
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "pentagon", "hexagon2")
_LONGEST_CLASS = 18  # characters


def recall_figure(
    classes: Sequence[str],
    counts: Sequence[int],
    recalls: Sequence[tuple[str, np.ndarray]],
    dark: bool,
    axis_title: str,
    images: str,
) -> go.Figure:
    """Dots on one line for each class; the rarest class at the bottom.

    Args:
        classes: names.
        counts: training images of each class, in the same order.
        recalls: what a run is called, and its recall of each class, (classes,), 0 to 1; in the order of the legend.
        dark: colours for the dark page.
        axis_title: what the axis shows, translated.
        images: how a number of training images is written, translated, with the place `{count}`.

    Example:
        >>> figure = recall_figure(["a", "b"], [90, 3], [("none", np.array([1.0, 0.2]))], False, "Recall", "{count}")
        >>> figure.data[-1].x.tolist()
        [100.0, 20.0]
    """
    order = np.argsort(-np.asarray(counts), kind="stable")
    rows = np.arange(len(order))
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(_spans(np.stack([recall[order] for _, recall in recalls]), rows, dark))
    for place, ((name, recall), colour) in enumerate(zip(recalls, class_colours(len(recalls), dark), strict=True)):
        figure.add_trace(
            go.Scatter(
                x=100 * recall[order],
                y=rows,
                mode="markers",
                name=plain(name),
                showlegend=True,
                marker={"color": colour, "size": 12, "symbol": _SYMBOLS[place % len(_SYMBOLS)], "opacity": 0.9},
                customdata=[plain(classes[index]) for index in order],
                hovertemplate=f"{plain(name)}, %{{customdata}}: %{{x:.1f}} %<extra></extra>",
            )
        )
    figure.update_layout(height=_ROW * len(order) + _FRAME, showlegend=True)
    figure.update_layout(legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False})
    figure.update_xaxes(range=[-3, 103], tickvals=[0, 25, 50, 75, 100], ticksuffix=" %", title_text=axis_title)
    names = [f"{plain(classes[i], _LONGEST_CLASS)} · {images.format(count=counts[i])}" for i in order]
    figure.update_yaxes(range=[len(order) - 0.5, -0.5], tickvals=rows, ticktext=names, showgrid=False)
    return figure


def _spans(recalls: np.ndarray, rows: np.ndarray, dark: bool) -> go.Scatter:
    """A thin line from the lowest to the highest recall of each class; `recalls` (runs, classes)."""
    low, high = 100 * recalls.min(axis=0), 100 * recalls.max(axis=0)
    x = np.column_stack([low, high, np.full(len(rows), np.nan)]).ravel()
    y = np.repeat(rows, 3)
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": ink(dark)["grid"], "width": 4}, hoverinfo="skip", showlegend=False
    )
