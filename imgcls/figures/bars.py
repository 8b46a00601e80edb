"""How sure the network is: one bar for each of its best guesses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.layout import base_layout, plain

_BAR_HEIGHT, _AXIS_HEIGHT = 34, 56  # px
_NUMBER_COLUMN = 62  # px to the right of the bars
_LONGEST_LABEL = 22  # characters; on a phone a longer one leaves no room for the bar
_PERCENT_TICKS = {"tickvals": [0, 50, 100], "ticktext": ["0%", "50%", "100%"]}


def probability_bars(
    labels: Sequence[str],
    probabilities: npt.ArrayLike,
    dark: bool,
    axis_title: str,
    top: int = 5,
) -> go.Figure:
    """Horizontal bars of the `top` most probable classes, the best one in the accent colour.

    The percentages stand in one column of fixed width, so that they do not move when the values change.

    Args:
        labels: the class names.
        probabilities: one number in [0, 1] per label, in any order.
        dark: colours for the dark page.
        axis_title: what the axis shows, translated.
        top: how many bars at most.

    Example:
        >>> figure = probability_bars(["cat", "dog"], [0.2, 0.8], dark=False, axis_title="Probability")
        >>> list(figure.data[0].customdata)
        ['dog', 'cat']
    """
    values = np.asarray(probabilities, dtype=float)
    if values.shape != (len(labels),):
        raise ValueError(f"expected one probability for each of {len(labels)} labels. Received: {values.shape}")
    order = np.argsort(-values, kind="stable")[:top]
    best = [plain(labels[index]) for index in order]
    figure = go.Figure(_bars(best, values[order], dark), layout=base_layout(dark))
    figure.update_layout(
        height=_BAR_HEIGHT * len(order) + _AXIS_HEIGHT,
        bargap=0.35,
        margin_r=_NUMBER_COLUMN,
        annotations=[_number(row, value, dark) for row, value in enumerate(values[order])],
    )
    figure.update_xaxes(range=[0, 100], title_text=axis_title, **_PERCENT_TICKS)
    figure.update_yaxes(
        range=[len(order) - 0.5, -0.5],
        tickvals=list(range(len(order))),
        ticktext=[plain(labels[index], _LONGEST_LABEL) for index in order],
        ticklabelstandoff=8,
        showgrid=False,
    )
    return figure


def percentage(probability: float) -> str:
    """A probability in words that does not round doubt away.

    >>> percentage(0.934), percentage(0.9999), percentage(0.0001), percentage(1.0)
    ('93.4%', '> 99.9%', '< 0.1%', '100.0%')
    """
    if 0 < probability < 0.0005:
        return "< 0.1%"
    if 0.9995 <= probability < 1:
        return "> 99.9%"
    return f"{100 * probability:.1f}%"


def _bars(labels: list[str], values: npt.NDArray[np.float64], dark: bool) -> go.Bar:
    colours = ink(dark)
    return go.Bar(
        x=100 * values,
        y=list(range(len(labels))),
        orientation="h",
        customdata=labels,
        text=[percentage(value) for value in values],
        textposition="none",  # the column on the right says it; here for the hover
        hovertemplate="%{customdata}: %{text}<extra></extra>",
        marker={"color": [colours["accent"]] + [colours["muted"]] * (len(labels) - 1), "line": {"width": 0}},
    )


def _number(row: int, value: float, dark: bool) -> dict[str, object]:
    colours = ink(dark)
    return {
        "text": plain(percentage(value)),
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "xshift": _NUMBER_COLUMN,
        "y": row,
        "showarrow": False,
        "font": {"size": 15, "color": colours["text"] if row == 0 else colours["faint"]},
    }
