"""The curves of a run: loss or accuracy against epochs, in a frame that stands still while they grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.layout import base_layout
from imgcls.runs import Curve

HEIGHT = 300
#: Points drawn of the training curve at most; more than the figure has pixels would only cost time.
POINTS = 400
#: Steps over which the training curve is smoothed, as the half-life of an exponential mean.
HALF_LIFE = 8

Quantity = Literal["loss", "accuracy"]


@dataclass(frozen=True)
class CurveWords:
    """The figure's words, translated."""

    epoch: str
    quantity: str
    training: str
    validation: str


def curve_figure(curve: Curve, quantity: Quantity, dark: bool, words: CurveWords, height: int = HEIGHT) -> go.Figure:
    """Training per step, smoothed, as a thin line; training per epoch as dots on it; validation thick.

    The horizontal axis spans the whole run from the start. Lines are named at their end.

    Args:
        curve: the log so far; may be empty.
        quantity: `loss` (cross-entropy, natural logarithm) or `accuracy` (share of right answers).
        dark: colours for the dark page.
        words: what stands on the figure, translated.
        height: in pixels.
    """
    colours = ink(dark)
    figure = go.Figure(layout=base_layout(dark))
    steps_x, steps_y = _training_steps(curve, quantity)
    epochs_x = [epoch["step"] / max(1, curve.steps_per_epoch) for epoch in curve.epochs]
    training = [epoch[quantity] for epoch in curve.epochs]
    validation = [epoch[f"val_{quantity}"] for epoch in curve.epochs]
    figure.add_trace(_line(steps_x, steps_y, colours["muted"], 1.4, words.training))
    # the mean over an epoch belongs to the epoch's middle; validation is measured at its end
    middles = [(before + after) / 2 for before, after in zip([0.0, *epochs_x], epochs_x, strict=False)]
    figure.add_trace(_line(middles, training, colours["muted"], 0, words.training, markers=6))
    figure.add_trace(_line(epochs_x, validation, colours["accent"], 3.2, words.validation, markers=7))
    ends = _ends(steps_x, steps_y, epochs_x, validation)
    figure.update_layout(
        height=height,
        hovermode="x",
        annotations=_names(ends, _span(quantity, _top(steps_y, validation)) / (height - 80), colours, words),
        shapes=_best_mark(curve, colours),
        margin={"l": 8, "r": 76, "t": 12, "b": 8},
    )
    figure.update_xaxes(title_text=words.epoch, range=[0, max(1, int(curve.start.get("epochs", 1)))], nticks=11)
    figure.update_yaxes(title_text=words.quantity, **_value_axis(quantity, _top(steps_y, validation)))
    return figure


def smoothed(values: np.ndarray, half_life: float = HALF_LIFE) -> np.ndarray:
    """Exponential mean that starts unbiased; float64, (n,)."""
    keep = 0.5 ** (1 / half_life)
    out, total, weight = np.empty(len(values)), 0.0, 0.0
    for place, value in enumerate(values):
        if np.isfinite(value):
            total, weight = keep * total + (1 - keep) * value, keep * weight + (1 - keep)
        out[place] = total / weight if weight else np.nan
    return out


def _training_steps(curve: Curve, quantity: Quantity) -> tuple[np.ndarray, np.ndarray]:
    x = np.asarray(curve.step, float) / max(1, curve.steps_per_epoch)
    y = smoothed(np.asarray(curve.loss if quantity == "loss" else curve.accuracy, float))
    if len(x) > POINTS:
        # the last point stays: it is where the line ends now
        chosen = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))
        x, y = x[chosen], y[chosen]
    return x, y


def _line(x: Any, y: Any, colour: str, width: float, name: str, markers: int = 0) -> go.Scatter:
    mode = "markers" if not width else "lines+markers" if markers else "lines"
    return go.Scatter(
        x=list(x),
        y=list(y),
        mode=mode,
        name=name,
        line={"color": colour, "width": width},
        marker={"color": colour, "size": markers},
        hovertemplate="%{y:.3~f}<extra>" + name + "</extra>",
        cliponaxis=False,
    )


def _top(steps: np.ndarray, validation: list[float]) -> float:
    """The highest value that matters to the frame; the first step's loss is near ln(classes), where all runs begin."""
    values = [value for value in [*steps[:1], *validation] if np.isfinite(value)]
    return max([*values, 0.1])


def _value_axis(quantity: Quantity, top: float) -> dict[str, Any]:
    shown = {"range": [0, _span(quantity, top)], "nticks": 6}
    return shown | {"tickformat": ".0%"} if quantity == "accuracy" else shown


def _span(quantity: Quantity, top: float) -> float:
    """The value at the upper end of the axis."""
    return 1.02 if quantity == "accuracy" else top * 1.08


Point = tuple[float, float]


def _ends(steps_x: Any, steps_y: Any, epochs_x: Any, validation: Any) -> dict[str, Point]:
    found: dict[str, Point] = {}
    if len(steps_x):
        found["training"] = (float(steps_x[-1]), float(steps_y[-1]))
    if epochs_x:
        found["validation"] = (float(epochs_x[-1]), float(validation[-1]))
    return {name: point for name, point in found.items() if np.isfinite(point[1])}


def _names(
    ends: dict[str, Point], per_pixel: float, colours: dict[str, str], words: CurveWords
) -> list[dict[str, Any]]:
    """The name of each line beside its end, moved apart where two ends meet; `per_pixel`: value per pixel of height."""
    pixels = {name: point[1] / per_pixel for name, point in ends.items()}
    shift = dict.fromkeys(ends, 0.0)
    if len(ends) == 2 and abs(pixels["training"] - pixels["validation"]) < 18:
        up = 9 - abs(pixels["training"] - pixels["validation"]) / 2
        higher = max(pixels, key=lambda name: pixels[name])
        shift = {name: up if name == higher else -up for name in ends}
    lift = max(0.0, *(8 - pixels[name] - shift[name] for name in ends)) if ends else 0.0  # not across the axis
    shift = {name: shift[name] + lift for name in ends}
    titles = {"training": (words.training, colours["faint"]), "validation": (words.validation, colours["accent"])}
    return [
        {
            "x": point[0],
            "y": point[1],
            "text": titles[name][0],
            "font": {"size": 14, "color": titles[name][1]},
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "yshift": shift[name],
        }
        for name, point in ends.items()
    ]


def _best_mark(curve: Curve, colours: dict[str, str]) -> list[dict[str, Any]]:
    """A dotted line at the epoch that is kept."""
    if curve.best is None:
        return []
    x = curve.best["step"] / max(1, curve.steps_per_epoch)
    line = {"color": colours["accent"], "width": 1, "dash": "dot"}
    return [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}]
