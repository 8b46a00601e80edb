"""Images as points, coloured by their class; what the network gets wrong is a cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 520  # px
#: Marks of the first ten classes, the next ten, …: colours start again there.
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star")
_NAMED_UP_TO = 20  # classes; above, names in the middle of each would cover the points


def embedding_figure(
    points: np.ndarray,
    labels: np.ndarray,
    predicted: np.ndarray,
    names: Sequence[str],
    dark: bool,
    sentence: str,
) -> go.Figure:
    """One trace for all points, so that a page can ask which one was chosen: `customdata` is its place.

    Args:
        points: (n, 2).
        labels, predicted: int64 (n,).
        names: of the classes.
        dark: colours for the dark page.
        sentence: what is said of a point, with {true} and {predicted}, translated.
    """
    colours = class_colours(len(names), dark)
    wrong = labels != predicted
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(
        go.Scattergl(
            x=points[:, 0].tolist(),
            y=points[:, 1].tolist(),
            mode="markers",
            marker={
                "color": [colours[label] for label in labels],
                "symbol": [_symbol(int(label), bool(bad)) for label, bad in zip(labels, wrong, strict=True)],
                "size": np.where(wrong, 11, 7).tolist(),
                "line": {"width": 0},
            },
            selected={"marker": {"size": 16}},
            unselected={"marker": {"opacity": 0.55}},
            customdata=np.arange(len(points)).tolist(),
            hovertext=[
                plain(sentence.format(true=names[one], predicted=names[two]))
                for one, two in zip(labels, predicted, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure.update_layout(
        height=_HEIGHT, annotations=_centres(points, labels, names, dark) if len(names) <= _NAMED_UP_TO else []
    )
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(showticklabels=False, ticks="", showgrid=False)
    return figure


def _symbol(label: int, wrong: bool) -> str:
    return "x" if wrong else _SYMBOLS[label // 10 % len(_SYMBOLS)]


def _centres(points: np.ndarray, labels: np.ndarray, names: Sequence[str], dark: bool) -> list[dict[str, object]]:
    """The name of each class where the middle of its images is."""
    colours = ink(dark)
    found = []
    for label in np.unique(labels):
        x, y = np.median(points[labels == label], axis=0)
        font = {"size": 15, "color": colours["text"]}
        text = f"<b>{plain(names[label], 14)}</b>"
        note = {"x": float(x), "y": float(y), "text": text, "showarrow": False, "font": font}
        found.append({**note, "bgcolor": colours["background"], "opacity": 0.85, "captureevents": False})
    return found
