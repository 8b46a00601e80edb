"""How many training images each class has: what is kept, and what was left out to make it rare."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.layout import base_layout, plain

_HEIGHT = 260  # px
_LONGEST = 12  # characters


def class_count_figure(
    classes: Sequence[str], kept: Sequence[int], whole: Sequence[int], dark: bool, axis_title: str
) -> go.Figure:
    """A bar for each class, solid as far as its images are kept and pale where they were left out.

    Args:
        classes: names.
        kept: training images of each class.
        whole: what there were before some were left out.
        dark: colours for the dark page.
        axis_title: what the axis shows, translated.

    Example:
        >>> figure = class_count_figure(["a", "b"], [10, 2], [10, 10], dark=False, axis_title="Images")
        >>> list(figure.data[0].y), list(figure.data[1].y)
        ([10, 2], [0, 8])
    """
    colours, places = ink(dark), list(range(len(classes)))
    left = [all_ - some for some, all_ in zip(kept, whole, strict=True)]
    names = [plain(name) for name in classes]
    figure = go.Figure(layout=base_layout(dark))
    figure.add_bar(
        x=places,
        y=list(kept),
        marker={"color": colours["accent"], "line": {"width": 0}},
        customdata=names,
        hovertemplate="%{customdata}: %{y:,}<extra></extra>",
    )
    figure.add_bar(x=places, y=left, marker={"color": colours["grid"], "line": {"width": 0}}, hoverinfo="skip")
    # above the bar also where it is low: inside of it plotly would make the number as small as the bar
    figure.add_scatter(
        x=places,
        y=list(kept),
        mode="text",
        text=[f"{count:,}" for count in kept],
        textposition="top center",
        textfont={"color": colours["text"]},
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_layout(barmode="stack", bargap=0.25, height=_HEIGHT, margin_t=26)
    figure.update_xaxes(tickvals=places, ticktext=[plain(name, _LONGEST) for name in classes], showgrid=False)
    figure.update_yaxes(range=[0, 1.12 * max([1, *whole])], title_text=axis_title, rangemode="tozero")
    return figure
