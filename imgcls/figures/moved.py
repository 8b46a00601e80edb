"""How far training moved each block of a network from where it started."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.layout import base_layout, plain


def moved_bars(names: Sequence[str], shares: Sequence[float], axis_title: str, dark: bool) -> go.Figure:
    """One bar for each block, from the picture to the answer; what has not moved says 0 in place of a bar.

    Args:
        names: of the blocks, translated.
        shares: |w − w₀| / |w₀| of each, at least 0.
        axis_title: what the axis shows, translated.
        dark: colours for the dark page.

    Example:
        >>> list(moved_bars(["block 1", "head"], [0.0, 0.5], "moved", dark=False).data[0].text)
        ['0', '50%']
    """
    accent = ink(dark)["accent"]
    figure = go.Figure(
        go.Bar(
            x=[plain(name) for name in names],
            y=[100 * share for share in shares],
            text=["0" if share == 0 else f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" for share in shares],
            textposition="outside",
            cliponaxis=False,
            marker={"color": accent},
            hovertemplate="%{x}: %{y:.3g}%<extra></extra>",
        ),
        layout=base_layout(dark),
    )
    figure.update_layout(height=320, margin={"l": 8, "r": 8, "t": 28, "b": 8}, bargap=0.3)
    figure.update_xaxes(showgrid=False, tickangle=-45 if len(names) > 8 else 0)
    figure.update_yaxes(title_text=plain(axis_title), ticksuffix="%", rangemode="tozero")
    return figure
