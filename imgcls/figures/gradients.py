"""The gradient's strength in every layer: one line a network, from the image to the answer, in powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.lanes import NAME_ROOM, LaneStyle, lane_style, name_notes, name_places
from imgcls.figures.layout import base_layout, plain
from imgcls.race import Variant
from imgcls.runs import Gradients

HEIGHT = 260
_AROUND = 76  # px above and below the axes
#: The axis spans at least this many powers of ten, or noise would look like a story.
_LEAST_SPAN = 3.0
#: Tick labels at most.
_TICKS = 7


@dataclass(frozen=True)
class GradientWords:
    """The figure's words, translated.

    Args:
        layer: of the axis: the number of the layer.
        norm: of the other axis.
        names: of each lane.
    """

    layer: str
    norm: str
    names: Mapping[str, str]


def norm_span(gradients: Iterable[Gradients]) -> tuple[float, float]:
    """Powers of ten between which all norms lie that can be drawn: one axis for figures that are compared.

    Example:
        >>> norm_span([Gradients(("a", "b"), np.array([0.002, 30.0]))])
        (-3.0, 2.0)
    """
    found = [float(norm) for one in gradients for norm in one.norms[one.drawable]]
    if not found:
        return -_LEAST_SPAN, 0.0
    low, high = math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))
    missing = max(0.0, _LEAST_SPAN - (high - low))
    return low - math.floor(missing / 2), high + math.ceil(missing / 2)


def gradient_figure(
    gradients: Mapping[Variant, Gradients],
    span: tuple[float, float],
    dark: bool,
    words: GradientWords,
    height: int = HEIGHT,
) -> go.Figure:
    """Gradient norm over the number of the layer; what is 0, infinite or no number is a gap.

    Args:
        gradients: of each lane, at one step.
        span: of `norm_span`, over all figures that stand side by side.
        dark: colours for the dark page.
        words: what stands on the figure, translated.
        height: in pixels.
    """
    styles = {variant: lane_style(variant, dark) for variant in gradients}
    figure = go.Figure(layout=base_layout(dark))
    for variant, one in gradients.items():
        figure.add_trace(_line(one, styles[variant], words.names[variant]))
    ends = {str(variant): end for variant, one in gradients.items() if (end := _end(one)) is not None}
    places = name_places(ends, *span, height - _AROUND)
    figure.update_layout(
        height=height,
        annotations=name_notes(places, words.names, {str(name): style.text for name, style in styles.items()}),
        margin={"l": 8, "r": NAME_ROOM, "t": 12, "b": 8},
    )
    layers = max((len(one.layers) for one in gradients.values()), default=2)
    figure.update_xaxes(title_text=words.layer, range=[0.5, max(2, layers) + 0.5], nticks=11)
    figure.update_yaxes(title_text=words.norm, type="log", range=list(span), **_powers(span))
    return figure


def _powers(span: tuple[float, float]) -> dict[str, object]:
    """Ticks at powers of ten, the same count whatever they span."""
    low, high = math.ceil(span[0]), math.floor(span[1])
    step = max(1, math.ceil((high - low) / (_TICKS - 1)))
    powers = range(low, high + 1, step)
    return {"tickvals": [10.0**power for power in powers], "ticktext": [_written(power) for power in powers]}


def _written(power: int) -> str:
    """A power of ten as a person writes it: 0.01, 1, 100; 10⁻⁷ where the noughts could not be counted."""
    if -3 <= power <= 3:
        return f"{10.0**power:,.{max(0, -power)}f}"
    return f"10<sup>{power}</sup>".replace("-", "−")


def _line(one: Gradients, style: LaneStyle, name: str) -> go.Scatter:
    return go.Scatter(
        x=list(range(1, len(one.layers) + 1)),
        y=[float(norm) if drawn else None for norm, drawn in zip(one.norms, one.drawable, strict=True)],
        mode="lines+markers",
        name=name,
        customdata=[plain(layer, 40) for layer in one.layers],
        line={"color": style.colour, "width": style.width, "dash": style.plotly_dash},
        marker={"color": style.colour, "size": 4},
        hovertemplate="%{x}: %{customdata}<br>%{y:.2~g}<extra>" + name + "</extra>",
        connectgaps=False,
    )


def _end(one: Gradients) -> tuple[float, float] | None:
    """The last layer that is drawn: its number, and the power of ten of its norm."""
    drawn = np.flatnonzero(one.drawable)
    return (float(drawn[-1] + 1), math.log10(one.norms[drawn[-1]])) if len(drawn) else None
