"""Trials in one frame: up to twenty pairs of learning curves, training thin and validation thick, named at their ends.

Okabe and Ito's colours, and from one line to the next another dash, so that neighbours differ for everyone; where two
colours are alike to somebody, dash and name still tell the lines apart.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from imgcls.figures.colours import class_colours, ink, mix
from imgcls.figures.curves import Quantity, curve_lines
from imgcls.figures.lanes import LaneStyle, NamePlace, name_notes, name_places
from imgcls.figures.layout import base_layout, plain
from imgcls.runs import Curve
from imgcls.trials import MOST, loss_of_guessing

#: Pixels above and below the axes; what is left is the axis of y.
AROUND = 70
#: Points of a training line at most; twenty lines of more would cost time and show nothing.
POINTS = 120
#: Characters of a name in the figure, and of the seed at its end.
NAME_LENGTH, _SEED_LENGTH = 18, 3

_LEAST_HEIGHT = 270
_NAME_HEIGHT = 18  # as in `lanes`
_TRAINING_WIDTH, _WIDTH = 1.2, 3.0
#: Pixels of line and gap in turn. Four of them and ten colours: twenty pairs, no two alike.
_DASHES: tuple[tuple[int, ...], ...] = ((), (9, 4), (9, 4, 2, 4), (3, 3))
#: Beyond this many epochs dots would hide the dashes.
_DOTS_UP_TO = 12
#: The axis of the loss ends at this many times the loss of guessing: one that starts far above comes down into it.
_HIGHEST = 1.35

View = Literal["whole", "close"]
#: What the axis of x counts: epochs, steps, or seconds of training.
Axis = Literal["epoch", "step", "second"]
Points = tuple[list[float], list[float]]


@dataclass(frozen=True)
class TrialWords:
    """The figure's words, translated: of the axis of x, of the other axis, and of the line at which all start."""

    x: str
    quantity: str
    guessing: str


@dataclass(frozen=True)
class TrialLine:
    """One trial's two lines.

    Args:
        name: what stands at their end, translated.
        place: among all trials, from 0: it decides colour and dash.
        training: x in the axis's unit and y, of training batches, smoothed.
        validation: x and y at the end of each epoch.
    """

    name: str
    place: int
    training: Points
    validation: Points

    def end(self) -> tuple[float, float] | None:
        """Where the name stands: the last number of the validation, before there is one that of the training."""
        for x, y in (self.validation, self.training):
            drawn = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
            if drawn:
                return drawn[-1]
        return None


@dataclass(frozen=True)
class TrialLines:
    """What a figure draws, before anyone has drawn it.

    Args:
        lines: of each trial that is there.
        guessing: the value of an answer without looking.
        end: the axis of x runs from 0 to here, in its unit.
        low: the axis of y runs from here …
        top: … to here.
        percent: whether y is a share.
    """

    lines: tuple[TrialLine, ...]
    guessing: float
    end: int
    low: float
    top: float
    percent: bool

    @property
    def dots(self) -> int:
        """Diameter of an epoch's dot in pixels; with many epochs no wider than the line: seen where it stands alone."""
        return 7 if self.end <= _DOTS_UP_TO else 3

    def places(self, height: int) -> dict[str, NamePlace]:
        """Where each name stands, by the trial's place as text: beside its line's end, none touching another."""
        return name_places(self._ends(), self.low, self.top, height - AROUND)

    def written(self) -> dict[str, str]:
        """The names as they are written: short, and with an arrow where the line ends outside the frame."""
        ends = self._ends()
        names = {str(line.place): _short(line.name) for line in self.lines}
        return {place: f"{names[place]}{self._arrow(y)}" for place, (_x, y) in ends.items()}

    def room(self) -> int:
        """Pixels for the names, to the right of the figure."""
        return round(14 + max((_width(_short(line.name)) for line in self.lines), default=60))

    def _arrow(self, y: float) -> str:
        return " ↑" if y > self.top else " ↓" if y < self.low else ""

    def _ends(self) -> dict[str, tuple[float, float]]:
        return {str(line.place): end for line in self.lines if (end := line.end()) is not None}


def trial_style(place: int, dark: bool) -> LaneStyle:
    """How the trial at a place, from 0, is drawn; the style of its thick line.

    >>> trial_style(0, False).colour
    '#0072B2'
    """
    colour = class_colours(10, dark)[place % 10]
    dash = _DASHES[place % len(_DASHES)]
    return LaneStyle(colour, mix(colour, ink(dark)["text"], 0.35), dash, _WIDTH)


def training_style(place: int, dark: bool) -> LaneStyle:
    """The style of its thin line: the same hue, nearer to the paper."""
    style = trial_style(place, dark)
    return LaneStyle(mix(style.colour, ink(dark)["paper"], 0.3), style.text, (), _TRAINING_WIDTH)


def trial_height(count: int) -> int:
    """Pixels that a figure needs so that as many names stand below one another."""
    return max(_LEAST_HEIGHT, AROUND + _NAME_HEIGHT * (min(count, MOST) + 1))


def trial_line(name: str, place: int, curve: Curve, quantity: Quantity, axis: Axis = "epoch") -> TrialLine:
    """The lines of one trial, from its log so far; they may be empty.

    Args:
        name: translated.
        place: among all trials, from 0.
        curve: the log.
        quantity: `loss` (cross-entropy, natural logarithm) or `accuracy` (share of right answers).
        axis: what x counts.
    """
    found = curve_lines(curve, quantity)
    (x, y), (ends, values) = _thinned(found.steps), found.validation
    return TrialLine(name, place, (along(curve, x, axis), y), (along(curve, ends, axis), values))


def along(curve: Curve, epochs: list[float], axis: Axis) -> list[float]:
    """Where moments of a run, told in epochs, lie on an axis; what is not trained yet, at the present speed.

    Seconds are those of training and validation, without pauses.
    """
    if axis == "epoch" or not epochs:
        return epochs
    if axis == "step":
        return [curve.steps_per_epoch * epoch for epoch in epochs]
    known = [(line["step"] / max(1, curve.steps_per_epoch), line["seconds"]) for line in curve.epochs]
    ends, seconds = np.array([(0.0, 0.0), *known]).T
    speed = seconds[-1] / ends[-1] if known else curve.epoch_images / max(curve.images_per_second, 1e-9)
    later = np.maximum(np.array(epochs) - ends[-1], 0) * speed
    return [round(float(value), 3) for value in np.interp(epochs, ends, seconds) + later]


def trial_lines(
    lines: Iterable[TrialLine], quantity: Quantity, end: float, view: View = "whole", guess: float | None = None
) -> TrialLines:
    """The frame around some trials.

    The whole view stands still while lines grow: from 0 to what guessing gives, or to 100 %. The close one begins and
    ends where the validation of the second half lies.

    Args:
        lines: of the trials that are there.
        quantity: `loss` or `accuracy`.
        end: of the longest trial, as it was asked for, in the unit of the axis.
        view: `whole` or `close`.
        guess: the loss of guessing, in nats; None: that of ten classes.
    """
    drawn = tuple(lines)
    guess = loss_of_guessing(Curve()) if guess is None else guess
    low, top = (0.0, _HIGHEST * guess if quantity == "loss" else 1.02)
    if view == "close":
        low, top = _close(drawn, quantity, low, top)
    return TrialLines(
        lines=drawn,
        guessing=guess if quantity == "loss" else float(np.exp(-guess)),
        end=max(1, math.ceil(end)),
        low=low,
        top=top,
        percent=quantity == "accuracy",
    )


def trial_figure(lines: TrialLines, dark: bool, words: TrialWords, height: int | None = None) -> go.Figure:
    """All trials in one frame, and a dotted line where guessing is.

    Args:
        lines: of `trial_lines`.
        dark: colours for the dark page.
        words: what stands on the figure, translated.
        height: in pixels; None: as much as the names need.
    """
    height = height or trial_height(len(lines.lines))
    figure = go.Figure(layout=base_layout(dark))
    for line in lines.lines:
        figure.add_trace(_trace(line.training, training_style(line.place, dark), line.name, lines))
    for line in lines.lines:  # the thick ones above all thin ones
        figure.add_trace(_trace(line.validation, trial_style(line.place, dark), line.name, lines, lines.dots))
    texts = {str(line.place): trial_style(line.place, dark).text for line in lines.lines}
    written = {place: plain(name) for place, name in lines.written().items()}
    figure.update_layout(
        height=height,
        annotations=[*name_notes(lines.places(height), written, texts), *_guessing_note(lines, dark, words)],
        shapes=_guessing_line(lines, dark),
        margin={"l": 8, "r": lines.room(), "t": 12, "b": 8},
    )
    ticks = {"dtick": 1} if lines.end < 12 else {"nticks": 11}
    figure.update_xaxes(title_text=words.x, range=[0, lines.end], **ticks)
    figure.update_yaxes(title_text=words.quantity, range=[lines.low, lines.top], nticks=6)
    if lines.percent:
        figure.update_yaxes(tickformat=".0%")
    return figure


def _thinned(points: Points) -> Points:
    x, y = points
    if len(x) <= POINTS:
        return x, y
    chosen = np.unique(np.linspace(0, len(x) - 1, POINTS).astype(int))  # the last stays: there the line ends now
    return [x[place] for place in chosen], [y[place] for place in chosen]


def _close(lines: tuple[TrialLine, ...], quantity: Quantity, low: float, top: float) -> tuple[float, float]:
    """A frame around the second half of each validation line, never outside `low` to `top`; steps of 5 %, of 0.1."""
    values = [y for line in lines for y in line.validation[1][len(line.validation[1]) // 2 :] if low <= y <= top]
    if not values:
        return low, top
    step = 0.05 if quantity == "accuracy" else 0.1
    under = step * np.floor((min(values) - step / 5) / step)
    over = step * np.ceil((max(values) + step / 5) / step)
    return max(low, round(float(under), 6)), min(top, round(float(over), 6))


def _trace(points: Points, style: LaneStyle, name: str, lines: TrialLines, dots: int = 0) -> go.Scatter:
    form = ".1%" if lines.percent else ".3~f"
    told = {"hovertemplate": f"%{{y:{form}}}<extra>{plain(name)}</extra>"} if dots else {"hoverinfo": "skip"}
    return go.Scatter(
        x=points[0],
        y=points[1],
        mode="lines+markers" if dots else "lines",
        name=plain(name),
        line={"color": style.colour, "width": style.width, "dash": style.plotly_dash},
        marker={"color": style.colour, "size": dots},
        cliponaxis=True,  # a loss may lie far above the frame
        **told,
    )


def _guessing_line(lines: TrialLines, dark: bool) -> list[dict[str, object]]:
    if not lines.low <= lines.guessing <= lines.top:
        return []
    line = {"color": ink(dark)["faint"], "width": 1, "dash": "dot"}
    y = lines.guessing
    return [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": line, "layer": "below"}]


def _guessing_note(lines: TrialLines, dark: bool, words: TrialWords) -> list[dict[str, object]]:
    if not lines.low <= lines.guessing <= lines.top:
        return []
    note = {"x": 1, "xref": "paper", "y": lines.guessing, "text": plain(words.guessing), "showarrow": False}
    return [{**note, "font": {"size": 13, "color": ink(dark)["faint"]}, "xanchor": "right", "yanchor": "bottom"}]


def _short(name: str) -> str:
    """A name as long as there is room for; the seed at its end stays, or three of one network would be called alike."""
    if len(name) <= NAME_LENGTH:
        return name
    front, seed, end = name.rpartition(" · ")
    tail = f"{seed}{end}" if front and len(end) <= _SEED_LENGTH else ""
    return f"{name[: NAME_LENGTH - 1 - len(tail)].rstrip()}…{tail}"


def _width(text: str) -> float:
    """About how wide a name is at 14 px, with room for an arrow."""
    return 18 + sum(14.0 if unicodedata.east_asian_width(sign) in "WF" else 7.2 for sign in text)
