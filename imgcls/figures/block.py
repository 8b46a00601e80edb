"""One block of a residual or plain network, in each of the four variants: what the switches add is in colour.

What two variants share stands at the same place in both, so that the eye finds the difference.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from imgcls.figures.colours import class_colours, ink, mix
from imgcls.figures.lanes import lane_style, sample_line
from imgcls.figures.layout import FONT
from imgcls.language import N_
from imgcls.race import Variant

WIDTH, _HEIGHT = 160, 240
_CENTRE, _BOX = 70, (112, 24)  # px: the axis of the stack; width and height of a box
_RIGHT = 146  # px: how far the skip connection goes round
#: What stands in the boxes.
BLOCK_PARTS = {"convolution": N_("convolution"), "batch norm": N_("batch norm"), "ReLU": N_("ReLU")}
#: From above; the sum stands between the second batch norm and the second ReLU.
_STACK = (
    (54, "convolution"),
    (82, "batch norm"),
    (110, "ReLU"),
    (138, "convolution"),
    (166, "batch norm"),
    (220, "ReLU"),
)
_START, _SUM = 36, 193


def block_drawing(variant: Variant, dark: bool, name: str, words: Mapping[str, str]) -> str:
    """The block as SVG, `WIDTH` pixels wide; it scales.

    Args:
        variant: which of the four.
        dark: colours for the dark page.
        name: of the variant, translated; stands above the block beside a piece of its line.
        words: the `BLOCK_PARTS`, translated.
    """
    colours = ink(dark)
    shown = [(y, part) for y, part in _STACK if part != "batch norm" or variant.batch_norm]
    drawn = [
        _title(variant, dark, name),
        f'<path d="M{_CENTRE} {_START - 6}V{_HEIGHT - 2}" stroke="{colours["faint"]}" stroke-width="1.5"/>',
        *(_box(y, words[part], part == "batch norm", dark) for y, part in shown),
        _skip(dark) if variant.skip else "",
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_HEIGHT}" '
        f'font-family="{html.escape(FONT)}" font-size="14">{"".join(drawn)}</svg>'
    )


def _title(variant: Variant, dark: bool, name: str) -> str:
    sample = sample_line(variant, dark).replace("<svg ", '<svg x="16" y="6" width="44" height="14" ', 1)
    style = lane_style(variant, dark)
    return f'{sample}<text x="68" y="18" font-weight="600" fill="{style.text}">{html.escape(name)}</text>'


def _box(y: int, text: str, added: bool, dark: bool) -> str:
    colours = ink(dark)
    accent = class_colours(10, dark)[0]
    fill = mix(colours["paper"], accent, 0.25) if added else colours["surface"]
    line = accent if added else colours["grid"]
    width, height = _BOX
    return (
        f'<rect x="{_CENTRE - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" rx="4" '
        f'fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
        f'<text x="{_CENTRE}" y="{y + 5}" text-anchor="middle" fill="{colours["text"]}">{html.escape(text)}</text>'
    )


def _skip(dark: bool) -> str:
    """From before the first convolution round to the sum."""
    colours = ink(dark)
    skip = class_colours(10, dark)[1]
    way = f"M{_CENTRE} {_START}H{_RIGHT - 10}Q{_RIGHT} {_START} {_RIGHT} {_START + 10}V{_SUM - 10}"
    return (
        f'<path d="{way}Q{_RIGHT} {_SUM} {_RIGHT - 10} {_SUM}H{_CENTRE + 12}" fill="none" stroke="{skip}" '
        f'stroke-width="2.5"/>'
        f'<circle cx="{_CENTRE}" cy="{_SUM}" r="10" fill="{colours["paper"]}" stroke="{skip}" stroke-width="2"/>'
        f'<path d="M{_CENTRE - 5} {_SUM}h10M{_CENTRE} {_SUM - 5}v10" stroke="{skip}" stroke-width="2"/>'
    )
