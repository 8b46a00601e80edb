"""A network as a row of slabs: as tall as its feature maps, as thick as they are many, with its skip connections.

Drawn from the layers of the network that was built, not from a picture somebody made of it. SVG, because a network of
a hundred layers has to stay sharp on a projector.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.layout import FONT
from imgcls.language import N_

WIDTH = 760
_TOP, _MIDDLE, _BOTTOM = 10, 116, 274  # px: the arcs' ceiling, the slabs' axis, the last line
_TALLEST, _FLAT = 150, 34  # px: the largest feature map, and a vector
#: Up to this many slabs, each is written under; in longer rows only where the size changes.
_ALL_WRITTEN = 14

#: What is drawn, by the Keras class: what it is called, and its place among the class colours; None: the paper's.
KINDS: dict[str, tuple[str, int | None]] = {
    "InputLayer": (N_("input"), None),
    "Conv2D": (N_("convolution"), 0),
    "SeparableConv2D": (N_("convolution"), 0),
    "DepthwiseConv2D": (N_("depthwise convolution"), 5),
    "MaxPooling2D": (N_("pooling"), 9),
    "AveragePooling2D": (N_("pooling"), 9),
    "GlobalAveragePooling2D": (N_("pooling"), 9),
    "GlobalAveragePooling1D": (N_("pooling"), 9),
    "MultiHeadAttention": (N_("attention"), 3),
    "Dense": (N_("dense"), 1),
    "EinsumDense": (N_("dense"), 1),
}
SKIP = N_("skip connection")
FROZEN = N_("frozen")
_MERGES = frozenset({"Add", "Concatenate"})


@dataclass(frozen=True)
class Slab:
    """One layer that is drawn: its kind's key in `KINDS`, and (height, width, channels), (tokens, channels) or (n,)."""

    name: str
    kind: str
    shape: tuple[int, ...]
    frozen: bool = False

    @property
    def side(self) -> float:
        """Of the feature map, in pixels of the image or patches; 0 for a vector."""
        return float(self.shape[0]) if len(self.shape) == 3 else math.sqrt(self.shape[0]) if len(self.shape) == 2 else 0

    @property
    def size(self) -> str:
        return "×".join(str(number) for number in self.shape)


def slabs_and_arcs(layers: list[dict[str, Any]]) -> tuple[list[Slab], list[tuple[int, int]]]:
    """What is drawn of a network, and its skip connections.

    Args:
        layers: `name`, `kind`, `shape` and `inputs` (names) of each layer, in the order of the graph; `trainable`,
            where it is known.

    Returns:
        The slabs in order, and for each connection that passes over a slab the numbers of the slab it leaves and of
        the last one that it passes.
    """
    slabs: list[Slab] = []
    behind: dict[str, int] = {}  # of every layer: the last slab on the way to its output
    arcs: dict[tuple[int, int], None] = {}
    for layer in layers:
        sources = [behind[name] for name in layer["inputs"] if name in behind]
        last = max(sources, default=-1)
        if layer["kind"] in _MERGES:
            arcs |= dict.fromkeys((source, last) for source in sources if source < last)
        if layer["kind"] in KINDS:
            frozen = layer["kind"] != "InputLayer" and not layer.get("trainable", True)
            slabs.append(Slab(layer["name"], layer["kind"], tuple(layer["shape"]), frozen))
            last = len(slabs) - 1
        behind[layer["name"]] = last
    return slabs, list(arcs)


def network_diagram(layers: list[dict[str, Any]], dark: bool, words: Mapping[str, str]) -> str:
    """The diagram as SVG, `WIDTH` pixels wide; it scales.

    Args:
        layers: as for `slabs_and_arcs`; none make an empty sheet of the same size.
        dark: colours for the dark page.
        words: the names of the kinds in `KINDS`, and `SKIP` and `FROZEN`, translated.
    """
    slabs, arcs = slabs_and_arcs(layers)
    colours = ink(dark)
    if not slabs:
        return _sheet([])
    places = _places(slabs)
    heights = _heights(slabs)
    drawn = [
        *(_slab(slab, place, height, dark) for slab, place, height in zip(slabs, places, heights, strict=True)),
        *(_arc(places, heights, arc, colours["mistake"]) for arc in arcs),
        *_sizes(slabs, places, colours["text"]),
        *_legend(slabs, bool(arcs), dark, words),
    ]
    return _sheet(drawn)


def _sheet(drawn: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_BOTTOM + 40}" '
        f'font-family="{html.escape(FONT)}" font-size="14">{"".join(drawn)}</svg>'
    )


def _places(slabs: list[Slab]) -> list[tuple[float, float]]:
    """Left edge and thickness of each slab: more channels are thicker, and all fit on the paper."""
    wanted = [5 + 5 * math.log2(1 + slab.shape[-1]) if slab.side else 22.0 for slab in slabs]
    room = WIDTH - 40
    gap = min(80.0, max(room / len(slabs) * 0.3, (room - sum(wanted)) / max(1, len(slabs) - 1)))
    scale = min(1.0, (room - gap * (len(slabs) - 1)) / max(1.0, sum(wanted)))
    places, left = [], 20.0
    for want in wanted:
        places.append((left, want * scale))
        left += want * scale + gap
    return places


def _heights(slabs: list[Slab]) -> list[float]:
    """On a logarithmic scale: halving the side always takes the same off."""
    largest = max((slab.side for slab in slabs), default=1.0)
    doublings = max(1.0, math.log2(max(2.0, largest)))
    return [
        _FLAT + (_TALLEST - _FLAT) * math.log2(max(1.0, slab.side)) / doublings if slab.side else float(_FLAT)
        for slab in slabs
    ]


def _slab(slab: Slab, place: tuple[float, float], height: float, dark: bool) -> str:
    fill, line = _colour(slab.kind, dark)
    look = _frozen(fill) if slab.frozen else f'fill="{fill}" stroke="{line}"'
    return (
        f'<rect x="{place[0]:.1f}" y="{_MIDDLE - height / 2:.1f}" width="{place[1]:.1f}" height="{height:.1f}" '
        f'rx="2" {look}/>'
    )


def _frozen(colour: str) -> str:
    """An outline around little: what is frozen is there, but stands back."""
    return f'fill="{colour}" fill-opacity="0.18" stroke="{colour}" stroke-dasharray="3 2"'


def _colour(kind: str, dark: bool) -> tuple[str, str]:
    number = KINDS[kind][1]
    colours = ink(dark)
    return (colours["surface"], colours["faint"]) if number is None else (class_colours(10, dark)[number], "none")


def _arc(places: list[tuple[float, float]], heights: list[float], arc: tuple[int, int], colour: str) -> str:
    """From behind the slab it leaves over those it passes; higher, the more it passes."""
    start, end = arc
    x0, x1 = places[start][0] + places[start][1] / 2, places[end][0] + places[end][1] + 1
    base = _MIDDLE - max(heights[start : end + 1]) / 2 - 3
    top = max(_TOP, base - 12 - 4 * (end - start))
    return (
        f'<path d="M{x0:.1f} {base:.1f} C{x0:.1f} {top:.1f} {x1:.1f} {top:.1f} {x1:.1f} {base:.1f}" fill="none" '
        f'stroke="{colour}" stroke-width="1.4"/>'
    )


def _sizes(slabs: list[Slab], places: list[tuple[float, float]], colour: str) -> list[str]:
    """The shapes, upright; in long rows only the first of each, and not closer than a line of type."""
    written, end = [], -math.inf
    for number, (slab, (left, width)) in enumerate(zip(slabs, places, strict=True)):
        changed = number == 0 or slab.shape != slabs[number - 1].shape
        x = left + width / 2
        if (changed or len(slabs) <= _ALL_WRITTEN) and x - end >= 16:
            y = _MIDDLE + _TALLEST / 2 + 8
            written.append(
                f'<text transform="translate({x + 5:.1f} {y}) rotate(-90)" text-anchor="end" fill="{colour}">'
                f"{slab.size}</text>"
            )
            end = x
    return written


def _legend(slabs: list[Slab], skips: bool, dark: bool, words: Mapping[str, str]) -> list[str]:
    colours = ink(dark)
    names = {KINDS[slab.kind][0]: slab.kind for slab in reversed(slabs)}
    drawn, x, y = [], 20.0, _BOTTOM + 32
    for name, kind in reversed(names.items()):
        fill, line = _colour(kind, dark)
        drawn.append(f'<rect x="{x:.0f}" y="{y - 11}" width="13" height="13" rx="2" fill="{fill}" stroke="{line}"/>')
        drawn.append(_text(x + 19, y, words[name], colours["text"]))
        x += 34 + _width(words[name])
    if any(slab.frozen for slab in slabs):
        drawn.append(f'<rect x="{x:.0f}" y="{y - 11}" width="13" height="13" rx="2" {_frozen(colours["text"])}/>')
        drawn.append(_text(x + 19, y, words[FROZEN], colours["text"]))
        x += 34 + _width(words[FROZEN])
    if skips:
        drawn.append(
            f'<path d="M{x:.0f} {y} C{x:.0f} {y - 16} {x + 18:.0f} {y - 16} {x + 18:.0f} {y}" fill="none" '
            f'stroke="{colours["mistake"]}" stroke-width="1.4"/>'
        )
        drawn.append(_text(x + 24, y, words[SKIP], colours["text"]))
    return drawn


def _text(x: float, y: float, text: str, colour: str) -> str:
    return f'<text x="{x:.0f}" y="{y}" fill="{colour}">{html.escape(text)}</text>'


def _width(text: str) -> float:
    """Roughly, in pixels: Chinese characters are as wide as they are high."""
    return sum(14 if ord(character) > 0x2E80 else 7 for character in text)
