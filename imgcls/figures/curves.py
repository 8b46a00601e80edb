"""The curves of a run: loss or accuracy against epochs, in a frame that stands still while they grow."""

from __future__ import annotations

from collections.abc import Sequence
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
#: Epochs by which a band reaches beyond the ones that it marks: a single one is seen, too.
_BESIDE = 0.3
#: Height of a band's bar, and from one bar to the next, as shares of the figure.
BAR, NEXT_BAR = 0.02, 0.075


@dataclass(frozen=True)
class CurveWords:
    """The figure's words, translated."""

    epoch: str
    quantity: str
    training: str
    validation: str


@dataclass(frozen=True)
class Band:
    """Epochs that are marked because something is said of them.

    Args:
        first, last: from 1.
        name: what stands at its bar; empty: nothing.
    """

    first: int
    last: int
    name: str = ""

    def span(self, end: float) -> tuple[float, float]:
        """From where to where on an axis of epochs that ends at `end`."""
        return max(0.0, self.first - _BESIDE), min(end, self.last + _BESIDE)


@dataclass(frozen=True)
class CurveLines:
    """What a figure of curves draws, before anyone has drawn it: all x in epochs, all y in the quantity's unit.

    Attributes:
        steps: (x, y) of the training batches, smoothed; at most `POINTS` points.
        training: (x, y) of the means over an epoch, each in its epoch's middle.
        validation: (x, y), each at its epoch's end.
        best: the end of the epoch that is kept; None before the first.
        end: the axis of x runs from 0 to here: the whole run, from the start.
        top: the axis of y runs from 0 to here.
    """

    steps: tuple[list[float], list[float]]
    training: tuple[list[float], list[float]]
    validation: tuple[list[float], list[float]]
    best: float | None
    end: int
    top: float

    def name_places(self, height: int = HEIGHT) -> dict[str, tuple[float, float, float]]:
        """x, y and a lift in pixels for the name of each line, beside its end; two that would meet are moved apart."""
        ends = _ends(*self.steps, *self.validation)
        shift = _shifts(ends, self.top / (height - 80))
        return {name: (x, y, shift[name]) for name, (x, y) in ends.items()}


def curve_lines(curve: Curve, quantity: Quantity, epochs: int = 1) -> CurveLines:
    """The lines of a figure, from the log so far; the log may be empty.

    Args:
        curve: the log.
        quantity: `loss` (cross-entropy, natural logarithm) or `accuracy` (share of right answers).
        epochs: how many the run was asked for, as long as the log does not say it.
    """
    steps = _training_steps(curve, quantity)
    ends = [epoch["step"] / max(1, curve.steps_per_epoch) for epoch in curve.epochs]
    # the mean over an epoch belongs to the epoch's middle; validation is measured at its end
    middles = [(before + after) / 2 for before, after in zip([0.0, *ends], ends, strict=False)]
    validation = [epoch[f"val_{quantity}"] for epoch in curve.epochs]
    return CurveLines(
        steps=steps,
        training=(middles, [epoch[quantity] for epoch in curve.epochs]),
        validation=(ends, validation),
        best=None if curve.best is None else curve.best["step"] / max(1, curve.steps_per_epoch),
        end=max(1, int(curve.start.get("epochs", epochs))),
        top=_span(quantity, _top(steps[1], validation)),
    )


def curve_figure(
    curve: Curve,
    quantity: Quantity,
    dark: bool,
    words: CurveWords,
    height: int = HEIGHT,
    bands: Sequence[Band] = (),
) -> go.Figure:
    """Training per step, smoothed, as a thin line; training per epoch as dots on it; validation thick.

    The horizontal axis spans the whole run from the start. Lines are named at their end.

    Args:
        curve: the log so far; may be empty.
        quantity: `loss` (cross-entropy, natural logarithm) or `accuracy` (share of right answers).
        dark: colours for the dark page.
        words: what stands on the figure, translated.
        height: in pixels.
        bands: epochs that are shaded, because something is said of them; each has a bar with its name at the top.
    """
    colours, lines = ink(dark), curve_lines(curve, quantity)
    figure = go.Figure(layout=base_layout(dark))
    figure.add_trace(_line(*lines.steps, colours["muted"], 1.4, words.training))
    figure.add_trace(_line(*lines.training, colours["muted"], 0, words.training, markers=6))
    figure.add_trace(_line(*lines.validation, colours["accent"], 3.2, words.validation, markers=7))
    figure.update_layout(
        height=height,
        hovermode="x",
        annotations=[*_names(lines.name_places(height), colours, words), *_band_names(bands, lines.end, colours)],
        shapes=[*_best_mark(lines.best, colours), *_shades(bands, lines.end, colours)],
        margin={"l": 8, "r": 76, "t": 12, "b": 8},
    )
    figure.update_xaxes(title_text=words.epoch, range=[0, lines.end], nticks=11)
    figure.update_yaxes(title_text=words.quantity, **_value_axis(quantity, lines.top))
    return figure


def _shades(bands: Sequence[Band], end: float, colours: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row, band in enumerate(bands):
        left, right = band.span(end)
        place = {"type": "rect", "xref": "x", "x0": left, "x1": right, "yref": "paper", "line": {"width": 0}}
        look = {"fillcolor": colours["mistake"], "layer": "below"}
        top = 1 - row * NEXT_BAR
        found.append({**place, **look, "y0": 0, "y1": 1, "opacity": 0.12})
        if band.name:
            found.append({**place, **look, "y0": top - BAR, "y1": top, "opacity": 0.9})
    return found


def _band_names(bands: Sequence[Band], end: float, colours: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "x": band.span(end)[0],
            "y": 1 - row * NEXT_BAR,
            "yref": "paper",
            "text": band.name,
            "font": {"size": 12, "color": colours["mistake"]},
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "top",
            "yshift": -4,
        }
        for row, band in enumerate(bands)
        if band.name
    ]


def smoothed(values: np.ndarray, half_life: float = HALF_LIFE) -> np.ndarray:
    """Exponential mean that starts unbiased and passes over what is not a number; float64, (n,)."""
    import pandas as pd  # half a second, for which the title of the first page need not wait

    finite = pd.Series(np.where(np.isfinite(values), values, np.nan))
    return finite.ewm(halflife=half_life, ignore_na=True).mean().to_numpy(dtype=float)


def _training_steps(curve: Curve, quantity: Quantity) -> tuple[list[float], list[float]]:
    x = np.asarray(curve.step, float) / max(1, curve.steps_per_epoch)
    y = smoothed(np.asarray(curve.loss if quantity == "loss" else curve.accuracy, float))
    if len(x) > POINTS:
        # the last point stays: it is where the line ends now
        chosen = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))
        x, y = x[chosen], y[chosen]
    return x.tolist(), y.tolist()


def _line(x: list[float], y: list[float], colour: str, width: float, name: str, markers: int = 0) -> go.Scatter:
    mode = "markers" if not width else "lines+markers" if markers else "lines"
    return go.Scatter(
        x=x,
        y=y,
        mode=mode,
        name=name,
        line={"color": colour, "width": width},
        marker={"color": colour, "size": markers},
        hovertemplate="%{y:.3~f}<extra>" + name + "</extra>",
        cliponaxis=False,
    )


def _top(steps: list[float], validation: list[float]) -> float:
    """The highest value that matters to the frame; the first step's loss is near ln(classes), where all runs begin."""
    values = [value for value in [*steps[:1], *validation] if np.isfinite(value)]
    return max([*values, 0.1]) if values else 1.0


def _value_axis(quantity: Quantity, top: float) -> dict[str, Any]:
    shown = {"range": [0, top], "nticks": 6}
    return shown | {"tickformat": ".0%"} if quantity == "accuracy" else shown


def _span(quantity: Quantity, top: float) -> float:
    """The value at the upper end of the axis."""
    return 1.02 if quantity == "accuracy" else top * 1.08


Point = tuple[float, float]


def _ends(
    steps_x: list[float], steps_y: list[float], epochs_x: list[float], validation: list[float]
) -> dict[str, Point]:
    found: dict[str, Point] = {}
    if steps_x:
        found["training"] = (steps_x[-1], steps_y[-1])
    if epochs_x:
        found["validation"] = (epochs_x[-1], validation[-1])
    return {name: point for name, point in found.items() if np.isfinite(point[1])}


def _shifts(ends: dict[str, Point], per_pixel: float) -> dict[str, float]:
    """Pixels upwards by which each name leaves the end of its line; `per_pixel`: value per pixel of height."""
    pixels = {name: point[1] / per_pixel for name, point in ends.items()}
    shift = dict.fromkeys(ends, 0.0)
    if len(ends) == 2 and abs(pixels["training"] - pixels["validation"]) < 18:
        up = 9 - abs(pixels["training"] - pixels["validation"]) / 2
        higher = max(pixels, key=lambda name: pixels[name])
        shift = {name: up if name == higher else -up for name in ends}
    lift = max(0.0, *(8 - pixels[name] - shift[name] for name in ends)) if ends else 0.0  # not across the axis
    return {name: shift[name] + lift for name in ends}


def _names(
    places: dict[str, tuple[float, float, float]], colours: dict[str, str], words: CurveWords
) -> list[dict[str, Any]]:
    titles = {"training": (words.training, colours["faint"]), "validation": (words.validation, colours["accent"])}
    return [
        {
            "x": x,
            "y": y,
            "text": titles[name][0],
            "font": {"size": 14, "color": titles[name][1]},
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "yshift": lift,
        }
        for name, (x, y, lift) in places.items()
    ]


def _best_mark(x: float | None, colours: dict[str, str]) -> list[dict[str, Any]]:
    """A dotted line at the epoch that is kept."""
    if x is None:
        return []
    line = {"color": colours["accent"], "width": 1, "dash": "dot"}
    return [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}]
