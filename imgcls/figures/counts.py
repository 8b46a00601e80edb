"""How many images there are of each class, and in which part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from imgcls.figures.colours import ink, mix
from imgcls.figures.layout import base_layout, plain

_BAR_HEIGHT, _AXIS_HEIGHT, _HEAD = 30, 56, 26  # px
_THIN_BAR, _THIN_FROM = 18, 25  # px, classes
_LONGEST_LABEL = 22  # characters
_NUMBER_ROOM = 58  # px right of the longest bar


def count_bars(counts: npt.ArrayLike, labels: Sequence[str], parts: Sequence[str], dark: bool, title: str) -> go.Figure:
    """One bar for each class, divided into training, validation and test; the sum stands at its end.

    Each piece of a bar has `customdata` =
    [class, part], so that a page can ask which was chosen.

    Args:
        counts: int (3, classes).
        labels: the class names.
        parts: the names of the three parts, translated.
        dark: colours for the dark page.
        title: what the axis counts, translated.

    Example:
        >>> figure = count_bars([[3, 1], [1, 1], [1, 1]], ["a", "b"], ["training", "validation", "test"], False, "n")
        >>> list(figure.data[0].x)
        [3, 1]
    """
    values = np.asarray(counts)
    if values.shape != (3, len(labels)) or len(parts) != 3:
        raise ValueError(f"expected counts of 3 parts of {len(labels)} classes. Received: {values.shape}")
    colours = part_colours(dark)
    figure = go.Figure(
        [_pieces(row, place, labels, parts[place], colours[place]) for place, row in enumerate(values)],
        layout=base_layout(dark),
    )
    bar = _BAR_HEIGHT if len(labels) < _THIN_FROM else _THIN_BAR
    figure.update_layout(
        height=bar * len(labels) + _AXIS_HEIGHT + _HEAD,
        barmode="stack",
        bargap=0.3,
        margin={"t": _HEAD, "r": _NUMBER_ROOM},
        clickmode="event+select",
        annotations=[_names(parts, dark), *_sums(values.sum(axis=0), dark)],
    )
    figure.update_xaxes(title_text=title, rangemode="tozero", range=[0, max(1, int(values.sum(axis=0).max(initial=0)))])
    figure.update_yaxes(
        range=[len(labels) - 0.5, -0.5],
        tickvals=list(range(len(labels))),
        ticktext=[plain(label, _LONGEST_LABEL) for label in labels],
        ticklabelstandoff=8,
        showgrid=False,
    )
    return figure


def part_colours(dark: bool) -> tuple[str, str, str]:
    """Of training, validation and test, wherever parts are told apart."""
    colours = ink(dark)
    return colours["accent"], mix(colours["accent"], colours["paper"], 0.5), colours["muted"]


def _pieces(row: npt.NDArray[np.int64], place: int, labels: Sequence[str], part: str, colour: str) -> go.Bar:
    return go.Bar(
        x=row.tolist(),
        y=list(range(len(labels))),
        orientation="h",
        name=part,
        customdata=[[label, place] for label in range(len(labels))],
        hovertext=[f"{plain(label)}, {part}: {count:,}" for label, count in zip(labels, row.tolist(), strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": colour, "line": {"width": 0}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )


def part_names(parts: Sequence[str], dark: bool) -> str:
    """The parts' names, each behind a patch of its colour, as plotly writes them."""
    patches = [
        f'<span style="color:{colour}">■</span> {plain(part)}'
        for part, colour in zip(parts, part_colours(dark), strict=True)
    ]
    return "   ".join(patches)


def _names(parts: Sequence[str], dark: bool) -> dict[str, object]:
    return {
        "text": part_names(parts, dark),
        "x": 0,
        "xref": "x domain",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 14, "color": ink(dark)["text"]},
    }


def _sums(sums: npt.NDArray[np.int64], dark: bool) -> list[dict[str, object]]:
    return [
        {
            "text": f"{count:,}",
            "x": count,
            "xanchor": "left",
            "xshift": 4,
            "y": row,
            "showarrow": False,
            "font": {"size": 14, "color": ink(dark)["text"]},
        }
        for row, count in enumerate(sums.tolist())
    ]
