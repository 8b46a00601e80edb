"""Transfer learning in three drawings: what is taken over, what is new, what is frozen and what learns.

A hatched box is frozen, a full one learns; blue is what has learned before, the other colour is new. Words say the
same below each, for whoever does not see colours apart.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from imgcls.figures.colours import class_colours, ink, mix
from imgcls.figures.layout import FONT
from imgcls.language import N_

WIDTH, HEIGHT = 246, 96
_LEFT, _TOP, _TALL = 4, 26, 44  # px: of the first block, of all blocks, and how tall they are
_BODY, _HEAD, _GAP = 178, 44, 10  # px: width of all blocks together, of the head, and between the two

#: The steps in their order: name → what stands over the head.
STEPS = ("load", "head", "tune")
STEP_WORDS = {
    "body": N_("body"),
    "old head": N_("old head"),
    "new head": N_("new head"),
    "frozen": N_("frozen"),
    "learns": N_("learns"),
    "has learned": N_("has learned"),
    "cut off": N_("cut off"),
}


def transfer_drawing(step: str, blocks: int, free: int, dark: bool, words: Mapping[str, str]) -> str:
    """One of the three steps as SVG, `WIDTH` pixels wide; it scales.

    Args:
        step: of `STEPS`: the body with the head it had, the frozen body with a new head, the last blocks learning too.
        blocks: of the body; free: how many of them learn in the last step.
        words: the `STEP_WORDS`, translated.
    """
    free = {"load": 0, "head": 0, "tune": min(free, blocks)}[step]
    looks = {"load": "plain", "head": "frozen", "tune": "frozen"}
    drawn = [
        _block(place, blocks, "learns" if place >= blocks - free else looks[step], dark) for place in range(blocks)
    ]
    text, faint = ink(dark)["text"], ink(dark)["faint"]
    head, below = ("old head", "cut off") if step == "load" else ("new head", "learns")
    still = {"load": "has learned", "head": "frozen", "tune": "frozen"}[step]
    edge = _LEFT + _BODY * (blocks - free) / blocks
    drawn += [
        _head(step, dark),
        _text(_LEFT + _BODY / 2, 18, words["body"], text),
        _text(_LEFT + _BODY + _GAP + _HEAD / 2, 18, words[head], text),
        _text(_LEFT + _BODY + _GAP + _HEAD / 2, _TOP + _TALL + 18, words[below], faint),
    ]
    if free < blocks:
        drawn.append(_text((_LEFT + edge) / 2, _TOP + _TALL + 18, words[still], faint))
    if free:
        drawn.append(_text((edge + _LEFT + _BODY) / 2, _TOP + _TALL + 18, words["learns"], faint))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{html.escape(FONT)}" '
        f'font-size="13"><defs>{_hatch(dark)}</defs>{"".join(drawn)}</svg>'
    )


def _block(place: int, blocks: int, look: str, dark: bool) -> str:
    wide = _BODY / blocks
    blue = class_colours(10, dark)[0]
    fill = {"plain": mix(ink(dark)["paper"], blue, 0.35), "frozen": "url(#hatch)", "learns": blue}[look]
    return (
        f'<rect class="{look}" x="{_LEFT + place * wide + 1:.1f}" y="{_TOP}" width="{wide - 2:.1f}" height="{_TALL}" '
        f'rx="2" fill="{fill}" stroke="{blue}"/>'
    )


def _head(step: str, dark: bool) -> str:
    x, colours = _LEFT + _BODY + _GAP, ink(dark)
    new = class_colours(10, dark)[1]
    if step == "load":
        right, bottom = x + _HEAD, _TOP + _TALL
        return (
            f'<rect class="gone" x="{x}" y="{_TOP}" width="{_HEAD}" height="{_TALL}" rx="2" fill="none" '
            f'stroke="{colours["muted"]}" stroke-dasharray="4 3"/>'
            f'<path d="M{x} {_TOP}L{right} {bottom}M{right} {_TOP}L{x} {bottom}" stroke="{colours["muted"]}"/>'
        )
    return f'<rect class="new" x="{x}" y="{_TOP}" width="{_HEAD}" height="{_TALL}" rx="2" fill="{new}" stroke="{new}"/>'


def _hatch(dark: bool) -> str:
    blue = class_colours(10, dark)[0]
    return (
        f'<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{ink(dark)["paper"]}"/>'
        f'<path d="M0 0V6" stroke="{blue}" stroke-width="2" stroke-opacity="0.55"/></pattern>'
    )


def _text(x: float, y: float, text: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="middle" fill="{colour}">{html.escape(text)}</text>'
