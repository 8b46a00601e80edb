"""What is taken for what: the confusion matrix, drawn so that the mistakes are what one sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from imgcls.figures.colours import contrast, ink, mix, readable
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 480  # px
_COUNTS_UP_TO = 12  # classes; above, numbers no longer fit into the cells of a column on a laptop
_LABELS_UP_TO = 30  # classes; above, every n-th is named
_LONGEST_LABEL = 14  # characters
_FULL_COLOUR_FROM = 0.05  # share of a class; a single slip must not look like a catastrophe
_READABLE = 4.5  # contrast that WCAG 2 asks of text


def confusion_figure(
    matrix: npt.ArrayLike,
    labels: Sequence[str],
    dark: bool,
    x_title: str,
    y_title: str,
) -> go.Figure:
    """A square confusion matrix; rows are the true classes, columns the predicted ones.

    A mistake is coloured by its share of its true class; the diagonal is a quiet grey, because right answers are
    the many. Up to 12 classes the counts are written in the cells. The last trace holds one point per cell that
    has a count, with `customdata` = [true index, predicted index], so that a page can ask which cell was chosen.

    Args:
        matrix: counts, (classes, classes).
        labels: the class names.
        dark: colours for the dark page.
        x_title: name of the predicted class's axis, translated.
        y_title: name of the true class's axis, translated.

    Example:
        >>> figure = confusion_figure([[9, 1], [0, 10]], ["cat", "dog"], False, "predicted", "true")
        >>> [tuple(cell) for cell in figure.data[-1].customdata]
        [(0, 0), (0, 1), (1, 1)]
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(labels), len(labels)):
        raise ValueError(f"expected a matrix of {len(labels)} × {len(labels)} counts. Received: {counts.shape}")
    shares = mistake_shares(counts)
    full = max(_FULL_COLOUR_FROM, float(shares.max(initial=0.0)))
    traces = [_mistakes(shares, full, dark), _diagonal(len(labels), dark)]
    figure = go.Figure([*traces, _points(counts, labels, dark, (x_title, y_title))], layout=base_layout(dark))
    written = _numbers(counts, shares / full, dark) if len(labels) <= _COUNTS_UP_TO else []
    figure.update_layout(height=_HEIGHT, hoverdistance=40, annotations=written)
    figure.update_xaxes(title_text=x_title, range=[-0.5, len(labels) - 0.5], constrain="domain", **_ticks(labels))
    figure.update_yaxes(
        title_text=y_title,
        range=[len(labels) - 0.5, -0.5],  # the first class on top, as in print
        constrain="domain",
        scaleanchor="x",
        **_ticks(labels),
    )
    return figure


def mistake_shares(counts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Each count as a share of its row; 0 on the diagonal and in rows without images."""
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    np.fill_diagonal(shares, 0.0)
    return shares


def _mistakes(shares: npt.NDArray[np.float64], full: float, dark: bool) -> go.Heatmap:
    colours = ink(dark)
    return go.Heatmap(
        z=shares,
        zmin=0,
        zmax=full,
        colorscale=[[0, colours["surface"]], [1, colours["mistake"]]],
        **_quiet_cells(len(shares)),
    )


def _diagonal(size: int, dark: bool) -> go.Heatmap:
    colour = ink(dark)["grid"]
    z = np.where(np.eye(size, dtype=bool), 1.0, np.nan)
    return go.Heatmap(z=z, zmin=0, zmax=1, colorscale=[[0, colour], [1, colour]], **_quiet_cells(size))


def _quiet_cells(size: int) -> dict[str, Any]:
    gap = 2 if size <= _COUNTS_UP_TO else 0
    return {"xgap": gap, "ygap": gap, "showscale": False, "hoverinfo": "skip"}


def _numbers(counts: npt.NDArray[Any], strength: npt.NDArray[np.float64], dark: bool) -> list[dict[str, Any]]:
    """The counts as annotations: the text of a trace would fade when a cell is chosen."""
    return [
        {
            "x": column,
            "y": row,
            "text": str(counts[row, column]),
            "showarrow": False,
            "font": {"size": 14, "color": _text_colour(row, column, strength, dark)},
        }
        for row, column in np.argwhere(counts).tolist()
    ]


def _points(counts: npt.NDArray[Any], labels: Sequence[str], dark: bool, titles: tuple[str, str]) -> go.Scatter:
    """One invisible point per cell that has a count, for the pointer to find; the chosen one is framed."""
    cells = np.argwhere(counts).tolist()
    return go.Scatter(
        x=[column for _, column in cells],
        y=[row for row, _ in cells],
        mode="markers",
        marker={"symbol": "square-open", "size": 22, "opacity": 0, "color": ink(dark)["text"], "line": {"width": 2}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        customdata=cells,
        hovertext=[_sentence(row, column, counts, labels, titles) for row, column in cells],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _text_colour(row: int, column: int, strength: npt.NDArray[np.float64], dark: bool) -> str:
    """The text's own colour where it can be read on the cell, else black or white."""
    colours = ink(dark)
    cell = colours["grid"] if row == column else mix(colours["surface"], colours["mistake"], strength[row, column])
    if contrast(colours["text"], cell) >= _READABLE:
        return colours["text"]
    return readable(cell)


def _sentence(row: int, column: int, counts: npt.NDArray[Any], labels: Sequence[str], titles: tuple[str, str]) -> str:
    x_title, y_title = titles
    return f"{y_title}: {plain(labels[row])}<br>{x_title}: {plain(labels[column])}<br><b>{counts[row, column]}</b>"


def _ticks(labels: Sequence[str]) -> dict[str, Any]:
    """Positions, not categories: a class called "3" is not the number 3, and two may have the same name."""
    step = -(-len(labels) // _LABELS_UP_TO)
    shown = range(0, len(labels), max(step, 1))
    return {
        "tickvals": list(shown),
        "ticktext": [plain(labels[index], _LONGEST_LABEL) for index in shown],
        "showgrid": False,
        "ticks": "",
    }
