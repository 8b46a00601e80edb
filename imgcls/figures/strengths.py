"""How strong something is in each block, without and with a residual connection, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours
from imgcls.figures.layout import base_layout, plain

_DASHES = ("solid", "dash")
#: Smaller than this is drawn as this: nothing.
_LEAST = 1e-12


def strengths_figure(values: Mapping[str, np.ndarray], block: str, quantity: str, dark: bool) -> go.Figure:
    """One line for each name, labelled where the lines lie apart: at their end, or else at their start.

    Args:
        values: name, translated → float (depth,), above zero.
        block, quantity: the axes' names, translated.
        dark: colours for the dark page.
    """
    figure = go.Figure(layout=base_layout(dark))
    ends = [max(float(one[-1]), _LEAST) for one in values.values()]
    at_end = max(ends) / min(ends) > 10 or len(values) == 1
    for (name, one), colour, dash in zip(values.items(), class_colours(2, dark), _DASHES, strict=False):
        shown = np.maximum(one, _LEAST)
        figure.add_trace(
            go.Scatter(
                x=list(range(1, len(one) + 1)),
                y=shown.tolist(),
                mode="lines+markers",
                line={"color": colour, "width": 2.5, "dash": dash},
                name=plain(name),
                hovertemplate=f"{plain(name)}<br>%{{x}}: %{{y:.2g}}<extra></extra>",
            )
        )
        figure.add_annotation(
            x=len(one) if at_end else 1,
            y=float(np.log10(shown[-1 if at_end else 0])),
            text=plain(name),
            font={"color": colour},
            showarrow=False,
            xanchor="right" if at_end else "left",
            yanchor="bottom",
            yshift=6,
        )
    figure.update_layout(height=300, margin={"l": 8, "r": 8, "t": 28, "b": 8})
    figure.update_xaxes(title_text=plain(block))
    figure.update_yaxes(title_text=plain(quantity), type="log", exponentformat="power", nticks=8)
    return figure
