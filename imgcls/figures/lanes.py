"""How the four lanes of a race are told apart, the same in every figure: by colour, by dashes and by name.

Okabe and Ito's blue and vermillion beside a grey and the ink: of all fours in the palette one of the farthest apart for
readers who do not see red, green or blue; `tests/figures/test_lanes.py` measures it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.figures.colours import class_colours, ink, mix
from imgcls.race import Variant

#: Place among the class colours, and pixels of line and gap in turn; none: a whole line.
_LOOKS: dict[Variant, tuple[int, tuple[int, ...], float]] = {
    Variant.NEITHER: (9, (2, 4), 2.6),
    Variant.BATCH_NORM: (0, (10, 5), 2.6),
    Variant.SKIP: (1, (10, 4, 2, 4), 2.6),
    Variant.BOTH: (7, (), 3.2),
}
#: Pixels from one name to the next, so that they do not touch.
_NAME_HEIGHT = 18
#: Pixels for the names, to the right of a figure.
NAME_ROOM = 90
_SAMPLE = (44, 14)  # px


@dataclass(frozen=True)
class LaneStyle:
    """Colour of the line, and of its name, which has to be readable; pixels of line and gap; thickness in pixels."""

    colour: str
    text: str
    dash: tuple[int, ...]
    width: float

    @property
    def plotly_dash(self) -> str:
        return ",".join(f"{length}px" for length in self.dash) or "solid"


def lane_style(variant: Variant, dark: bool) -> LaneStyle:
    place, dash, width = _LOOKS[variant]
    colour = class_colours(10, dark)[place]
    return LaneStyle(colour, mix(colour, ink(dark)["text"], 0.35), dash, width)


def sample_line(variant: Variant, dark: bool) -> str:
    """A short piece of the lane's line as SVG: the key to the figures."""
    return sample_of(lane_style(variant, dark))


def sample_of(style: LaneStyle) -> str:
    """A short piece of a line as SVG."""
    width, height = _SAMPLE
    dashes = f' stroke-dasharray="{" ".join(map(str, style.dash))}"' if style.dash else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><path d="M0 {height / 2}H{width}" '
        f'stroke="{html.escape(style.colour)}" stroke-width="{style.width}"{dashes}/></svg>'
    )


@dataclass(frozen=True)
class NamePlace:
    """Where a name stands: the end of its line, in the units of the axes, and a lift in pixels."""

    x: float
    y: float
    lift: float


def name_places(
    ends: Mapping[str, tuple[float, float]], low: float, high: float, pixels: float
) -> dict[str, NamePlace]:
    """A place for each name beside the end of its line; those that would touch are moved apart.

    Args:
        ends: x and y of each line's end; y beyond the axis is taken for the axis's end.
        low: the lower end of the axis of y.
        high: its upper end.
        pixels: from the one to the other.

    Example:
        >>> places = name_places({"a": (1, 0.5), "b": (1, 0.5)}, 0, 1, 100)
        >>> [place.lift for place in places.values()]
        [-9.0, 9.0]
    """
    scale = pixels / (high - low)
    within = {name: (x, min(max(y, low), high)) for name, (x, y) in ends.items()}
    order = sorted(within, key=lambda name: within[name][1])
    wanted = [(within[name][1] - low) * scale for name in order]
    got = _apart(wanted, pixels)
    return {name: NamePlace(*within[name], lift=to - at) for name, at, to in zip(order, wanted, got, strict=True)}


def _apart(wanted: list[float], room: float) -> list[float]:
    """Ascending places at least a name's height apart, inside the room if they fit, as near as can be to `wanted`."""
    groups: list[tuple[float, int]] = []  # centre and number of names that stand close together
    for place in wanted:
        groups.append(_inside(place, 1, room))
        while len(groups) > 1 and _touch(*groups[-2:]):
            (one, few), (other, more) = groups[-2:]
            groups[-2:] = [_inside((one * few + other * more) / (few + more), few + more, room)]
    return [centre + (number - (count - 1) / 2) * _NAME_HEIGHT for centre, count in groups for number in range(count)]


def _inside(centre: float, count: int, room: float) -> tuple[float, int]:
    half = count / 2 * _NAME_HEIGHT
    return max(half, min(centre, room - half)), count


def _touch(lower: tuple[float, int], upper: tuple[float, int]) -> bool:
    return upper[0] - lower[0] < (lower[1] + upper[1]) / 2 * _NAME_HEIGHT


def name_notes(places: Mapping[str, NamePlace], words: Mapping[str, str], colours: Mapping[str, str]) -> list[Any]:
    """The names as plotly's annotations.

    Args:
        places: of `name_places`.
        words: what is written for each, translated.
        colours: of the writing.
    """
    return [
        {
            "x": place.x,
            "y": place.y,
            "text": words[name],
            "font": {"size": 14, "color": colours[name]},
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "yshift": place.lift,
        }
        for name, place in places.items()
    ]
