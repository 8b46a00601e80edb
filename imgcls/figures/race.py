"""The race: the learning curves of its lanes in one frame, over the whole of it or over the first epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import ink
from imgcls.figures.curves import Quantity, smoothed
from imgcls.figures.lanes import NAME_ROOM, LaneStyle, NamePlace, lane_style, name_notes, name_places
from imgcls.figures.layout import base_layout
from imgcls.race import Variant
from imgcls.runs import Curve
from imgcls.trials import loss_of_guessing

HEIGHT = 250
#: Pixels above and below the axes; what is left is the axis of y.
AROUND = 70
#: Points of a line at most; four lines of more would cost time and show nothing.
POINTS = 200
#: The axis of the loss ends at this many times the loss of guessing: one that starts far above comes down into it.
_HIGHEST = 1.35

View = Literal["race", "first epoch"]


@dataclass(frozen=True)
class RaceWords:
    """The figure's words, translated.

    Args:
        x: of the axis: the epoch, or the step of the first one.
        quantity: of the other axis.
        names: of each lane.
        guessing: of the line at which everybody starts.
    """

    x: str
    quantity: str
    names: Mapping[str, str]
    guessing: str


@dataclass(frozen=True)
class RaceLines:
    """What the figure draws, before anyone has drawn it.

    Args:
        lines: x and y of each lane; x in epochs, or in steps of the first epoch.
        dots: whether each point is an epoch's and gets a dot.
        guessing: the value of an answer without looking.
        end: the axis of x runs from 0 to here.
        top: the axis of y runs from 0 to here.
        percent: whether y is a share.
    """

    lines: dict[Variant, tuple[list[float], list[float]]]
    dots: bool
    guessing: float
    end: int
    top: float
    percent: bool

    def places(self, height: int = HEIGHT) -> dict[str, NamePlace]:
        """Where each lane's name stands: beside the last point of its line that is a number."""
        return name_places(self._ends(), 0, self.top, height - AROUND)

    def written(self, names: Mapping[str, str]) -> dict[str, str]:
        """The names as they are written: with an arrow where the line ends above the frame."""
        return {name: f"{names[name]} ↑" if y > self.top else names[name] for name, (_x, y) in self._ends().items()}

    def _ends(self) -> dict[str, tuple[float, float]]:
        return {str(variant): end for variant, line in self.lines.items() if (end := _end(*line)) is not None}


def race_lines(curves: Mapping[Variant, Curve], quantity: Quantity, view: View, epochs: int) -> RaceLines:
    """The lines of the figure, from the logs so far; they may be empty.

    Over the race: the training loss of each step, smoothed, or the validation accuracy of each epoch. Over the first
    epoch: loss or accuracy of each step's training batch, smoothed.

    Args:
        curves: the log of each lane.
        quantity: `loss` (cross-entropy, natural logarithm) or `accuracy` (share of right answers).
        view: `race` or `first epoch`.
        epochs: that each lane was asked for.
    """
    started = [curve for curve in curves.values() if curve.start]
    guess = loss_of_guessing(started[0] if started else Curve())
    steps = max((curve.steps_per_epoch for curve in started), default=1)
    by_epoch = view == "race" and quantity == "accuracy"
    top = _HIGHEST * guess if quantity == "loss" else 1.02
    found = {
        variant: _validation(curve) if by_epoch else _steps(curve, quantity, view, top)
        for variant, curve in curves.items()
    }
    return RaceLines(
        lines=found,
        dots=by_epoch,
        guessing=guess if quantity == "loss" else float(np.exp(-guess)),
        end=max(1, epochs) if view == "race" else max(1, steps),
        top=top,
        percent=quantity == "accuracy",
    )


def race_figure(lines: RaceLines, dark: bool, words: RaceWords, height: int = HEIGHT) -> go.Figure:
    """All lanes in one frame, which stands still while they grow; a dotted line where guessing is.

    Args:
        lines: of `race_lines`.
        dark: colours for the dark page.
        words: what stands on the figure, translated.
        height: in pixels.
    """
    styles = {variant: lane_style(variant, dark) for variant in lines.lines}
    texts = {str(variant): style.text for variant, style in styles.items()}
    figure = go.Figure(layout=base_layout(dark))
    for variant, (x, y) in lines.lines.items():
        figure.add_trace(_line(x, y, styles[variant], words.names[variant], lines))
    figure.update_layout(
        height=height,
        annotations=[
            *name_notes(lines.places(height), lines.written(words.names), texts),
            _guessing_note(lines, dark, words),
        ],
        shapes=[_guessing_line(lines, dark)],
        margin={"l": 8, "r": NAME_ROOM, "t": 12, "b": 8},
    )
    ticks = {"dtick": 1} if lines.end < 12 else {"nticks": 11}
    figure.update_xaxes(title_text=words.x, range=[0, lines.end], **ticks)
    figure.update_yaxes(title_text=words.quantity, range=[0, lines.top], nticks=6)
    if lines.percent:
        figure.update_yaxes(tickformat=".0%")
    return figure


def _validation(curve: Curve) -> tuple[list[float], list[float]]:
    ends = [epoch["step"] / max(1, curve.steps_per_epoch) for epoch in curve.epochs]
    return ends, [epoch["val_accuracy"] for epoch in curve.epochs]


def _steps(curve: Curve, quantity: Quantity, view: View, top: float) -> tuple[list[float], list[float]]:
    x = np.asarray(curve.step, float)
    values = np.asarray(curve.loss if quantity == "loss" else curve.accuracy, float)
    # without batch norm, skip connections may begin at a loss of thousands: its mean would stay up there for an epoch
    y = smoothed(np.where(values > 2 * top, 2 * top, values))
    if view == "race":
        x = x / max(1, curve.steps_per_epoch)
    else:
        first = x <= curve.steps_per_epoch
        x, y = x[first], y[first]
    if len(x) > POINTS:
        # the last point stays: it is where the line ends now
        chosen = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))
        x, y = x[chosen], y[chosen]
    return x.tolist(), y.tolist()


def _end(x: list[float], y: list[float]) -> tuple[float, float] | None:
    drawn = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    return drawn[-1] if drawn else None


def _line(x: list[float], y: list[float], style: LaneStyle, name: str, lines: RaceLines) -> go.Scatter:
    form = ".1%" if lines.percent else ".3~f"
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers" if lines.dots else "lines",
        name=name,
        line={"color": style.colour, "width": style.width, "dash": style.plotly_dash},
        marker={"color": style.colour, "size": 8},
        hovertemplate=f"%{{y:{form}}}<extra>{name}</extra>",
        cliponaxis=not lines.dots,  # a loss may lie far above the frame; the dot of the last epoch lies on its edge
    )


def _guessing_line(lines: RaceLines, dark: bool) -> dict[str, object]:
    line = {"color": ink(dark)["faint"], "width": 1, "dash": "dot"}
    y = lines.guessing
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": line, "layer": "below"}


def _guessing_note(lines: RaceLines, dark: bool, words: RaceWords) -> dict[str, object]:
    return {
        "x": 1,
        "xref": "paper",
        "y": lines.guessing,
        "text": words.guessing,
        "font": {"size": 13, "color": ink(dark)["faint"]},
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
    }
