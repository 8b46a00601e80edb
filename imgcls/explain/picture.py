"""Heat maps as pictures, for people: inferno, see-through where there is no evidence, a legend in words.

Arrays in, arrays out: NumPy and Pillow only, and no file is opened. Maps are `(h, w)` float32 in `[0, 1]`,
pictures `(h, w, c)` uint8 with 1, 3 or 4 channels.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw
from plotly.colors import sequential

from imgcls.explain.explanation import Explanation, upsample
from imgcls.explain.lettering import Font, can_be_lettered, font_for

#: Below this share of the strongest evidence the heat fades out, so that no edge appears where a map ends.
_FADE = 0.25
#: The picture under the heat: this share of its brightness leaves the bright end to the heat.
_DIM = 0.75
#: Over black, heat of 60 % opacity is a muddy brown on a projector: there it is added this much brighter.
_GLOW = 1.5
#: Inferno goes from black, which nobody sees on black, to nearly white, which nobody sees on white: heat uses
#: the part between.
_START, _END = 0.2, 0.9

_PAPER, _NOTE, _FRAME, _INK = (255, 255, 255), (245, 245, 245), (189, 189, 189), (33, 33, 33)
_GAP = 12  # between and around the parts of a panel, in pixels


def heat_rgba(map: np.ndarray, opacity: float = 0.6) -> np.ndarray:
    """Heat colours for a map, see-through where there is no evidence.

    Args:
        map: `(h, w)` in `[0, 1]`.
        opacity: of strong evidence, 0 to 1.

    Returns:
        `(h, w, 4)` uint8: red, green, blue, alpha.
    """
    alpha = opacity * np.clip(map / _FADE, 0, 1)
    return np.dstack([_heat(map), np.rint(255 * alpha).astype(np.uint8)])


def overlay(image: np.ndarray, map: np.ndarray, opacity: float = 0.6, side: int = 280) -> np.ndarray:
    """Heat over a grey, slightly dimmed copy of the picture.

    A small picture is enlarged in whole pixels, so that one sees what the network saw; the heat is
    interpolated at the large size.

    Args:
        image: `(h, w, c)` uint8, or `(h, w)`.
        map: `(h', w')` in `[0, 1]`, of the same field of view; its own size is free.
        opacity: of strong evidence, 0 to 1.
        side: the longer side of the result, at most, in pixels.

    Returns:
        `(H, W, 3)` uint8.
    """
    below = _DIM * _grey(enlarge(image, side))
    heat = heat_rgba(_at_size(map, below.shape[:2]), opacity).astype(np.float32)
    alpha = heat[:, :, 3:] / 255
    glow = _GLOW - (_GLOW - 1) * below / 255  # over a bright place more light would wash out what is there
    lit = below * (1 - alpha) + heat[:, :, :3] * np.minimum(1, glow * alpha)
    return np.rint(np.minimum(lit, 255)).astype(np.uint8)


def enlarge(image: np.ndarray, side: int) -> np.ndarray:
    """A picture whose longer side is at most `side` pixels: RGB `(H, W, 3)` uint8.

    A smaller one is enlarged by a whole factor, each pixel to a square; a larger one is reduced smoothly.
    """
    rgb = _rgb(image)
    height, width = rgb.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return rgb.repeat(int(factor), axis=0).repeat(int(factor), axis=1)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def legend(width: int, height: int) -> np.ndarray:
    """The scale from no evidence (left) to the strongest (right), in the map's colours: `(height, width, 3)` uint8."""
    return _heat(np.broadcast_to(np.linspace(0, 1, width, dtype=np.float32), (height, width)), faded=True)


@dataclass(frozen=True)
class Captions:
    """What is written on a panel, in one language.

    Args:
        title: the line above, e.g. "Grad-CAM: evidence for 7 (98 %)".
        below: what a reader must know who has nothing but the picture: layer, network, limits.
        ends: what the two ends of the scale mean.
        instead: two sentences in place of a map that is not drawn: what that means, and what to try.
    """

    title: str
    below: tuple[str, ...] = ()
    ends: tuple[str, str] = ("less evidence", "more evidence")
    instead: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join((self.title, *self.below, *self.ends, *self.instead))


def panel(
    image: np.ndarray, explanation: Explanation, captions: Sequence[Captions] | str, side: int = 280
) -> np.ndarray:
    """One picture that says it all: title, original, overlay and map side by side, scale, and what to know of it.

    A map that means nothing is not drawn; what its status means stands in its place.

    Args:
        image: `(h, w, c)` uint8, as the person gave it or as the network saw it.
        explanation: of this image.
        captions: what is written, in the order in which it is wanted: the first that this machine has letters for is
            taken, or the last. Alone, a title.
        side: the longer side of each of the three pictures, at most, in pixels.

    Returns:
        `(H, W, 3)` uint8 on white.
    """
    written = [Captions(captions)] if isinstance(captions, str) else list(captions)
    words = next((each for each in written if can_be_lettered(each.text)), written[-1])
    original = enlarge(image, side)
    size = original.shape[:2]
    if explanation.picture is not None:
        return _page([original, enlarge(explanation.picture, side)], words, scale=False)
    if explanation.drawn:
        heat = _at_size(explanation.map, size)
        parts = [original, overlay(image, explanation.map, side=side), _heat(heat, faded=True)]
    else:
        dimmed = np.rint(_DIM * _grey(original)).astype(np.uint8).repeat(3, axis=2)
        known = explanation.words
        means, advice = words.instead if any(words.instead) else (known.means, known.advice)
        parts = [original, dimmed, _said(means, advice, size)]
    return _page(parts, words, scale=explanation.drawn)


def _page(parts: list[np.ndarray], words: Captions, scale: bool) -> np.ndarray:
    """Pictures of one size in a row, a title above them, and below the scale, if there is one, and what to know."""
    height, width = parts[0].shape[:2]
    room = 3 * width + 2 * _GAP
    lines, small = _wrapped(words.title, 20, room), [line for text in words.below for line in _wrapped(text, 13, room)]
    top = _GAP + 28 * len(lines) + _GAP // 2
    under = top + height + _GAP + 40
    page = Image.new("RGB", (3 * width + 4 * _GAP, under + 18 * len(small) + (_GAP if small else 0)), _PAPER)
    draw = ImageDraw.Draw(page)
    _write(draw, (_GAP, _GAP), lines, 20, 6)
    for index, part in enumerate(parts):
        left = _GAP + index * (width + _GAP)
        page.paste(Image.fromarray(part), (left, top))
        # a white picture on white paper has no edge of its own
        draw.rectangle((left - 1, top - 1, left + width, top + height), outline=_FRAME)
    if scale:
        _paste_legend(page, words.ends, top + height + _GAP)
    _write(draw, (_GAP, under), small, 13, 5)
    return np.asarray(page)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], lines: list[str], points: int, spacing: int) -> None:
    text = "\n".join(lines)
    draw.multiline_text(place, text, fill=_INK, font=font_for(text, points), spacing=spacing)


def _paste_legend(page: Image.Image, words: tuple[str, str], top: int) -> None:
    """The scale between its two words, at the right edge of the page."""
    draw, font = ImageDraw.Draw(page), font_for("".join(words), 15)
    middle, right = top + 14, page.width - _GAP
    draw.text((right, middle), words[1], fill=_INK, font=font, anchor="rm")
    right -= round(font.getlength(words[1])) + _GAP
    left_word = round(font.getlength(words[0]))
    width = min(200, max(20, right - 3 * _GAP - left_word))
    page.paste(Image.fromarray(legend(width, 16)), (right - width, middle - 8))
    draw.text((right - width - _GAP, middle), words[0], fill=_INK, font=font, anchor="rm")


def _said(means: str, advice: str, size: tuple[int, int]) -> np.ndarray:
    """Two sentences in place of a map, in letters small enough to fit: `(*size, 3)` uint8."""
    place = Image.new("RGB", (size[1], size[0]), _NOTE)
    draw = ImageDraw.Draw(place)
    for points in (16, 14, 12, 10, 8):
        parts = [_wrapped(sentence, points, size[1] - 2 * _GAP) for sentence in (means, advice)]
        text = "\n\n".join("\n".join(lines) for lines in parts)
        font = font_for(text, points)
        if draw.multiline_textbbox((_GAP, _GAP), text, font=font)[3] <= size[0] - _GAP:
            break
    draw.multiline_text((_GAP, _GAP), text, fill=_INK, font=font)
    return np.asarray(place)


def _wrapped(text: str, points: int, width: int) -> list[str]:
    """The text in lines of at most `width` pixels, broken at spaces, and anywhere in writing that has none."""
    font, lines, line = font_for(text, points), [], ""
    for piece in _PIECES.findall(text):
        if line and font.getlength(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
        while font.getlength(line.rstrip()) > width and len(line.rstrip()) > 1:  # a word wider than the page
            fits = _fitting(font, line, width)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fitting(font: Font, line: str, width: int) -> int:
    """How many letters of a line fit, at least one."""
    return max(1, bisect_right(range(1, len(line) + 1), width, key=lambda end: math.ceil(font.getlength(line[:end]))))


#: What a line may be broken after: a word with the spaces behind it, or a Chinese character with the signs behind it.
_PIECES = re.compile(
    r"[\u2e80-\u9fff\uff00-\uffef“《（][，。：；！？、”’）》]*|[^\s\u2e80-\u9fff\uff00-\uffef]+[，。：；！？、”’）》]*\s*|\s+"
)


@lru_cache(maxsize=1)
def _colours() -> np.ndarray:
    """Inferno from `_START` to `_END` in 256 steps, `(256, 3)` float: plotly knows ten colours of it."""
    known = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in sequential.Inferno], float)
    places = np.linspace(_START, _END, 256) * (len(known) - 1)
    return np.stack([np.interp(places, np.arange(len(known)), channel) for channel in known.T], axis=1)


def _heat(map: np.ndarray, faded: bool = False) -> np.ndarray:
    """The colours of a map, `(h, w, 3)` uint8; `faded` fades the weak end into black, as over a dark picture."""
    colours = _colours()[np.rint(255 * np.clip(map, 0, 1)).astype(int)]
    if faded:
        colours = colours * np.clip(map / _FADE, 0, 1)[:, :, None]
    return np.rint(colours).astype(np.uint8)


def _at_size(map: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    return np.clip(upsample(map, (size[0], size[1])), 0, 1)


def _rgb(image: np.ndarray) -> np.ndarray:
    """Any picture as `(h, w, 3)` uint8; what is see-through is shown on white."""
    image = image[:, :, None] if image.ndim == 2 else image
    colours, rest = (image[:, :, :1], image[:, :, 1:]) if image.shape[2] < 3 else (image[:, :, :3], image[:, :, 3:])
    if rest.shape[2]:
        alpha = rest / 255
        colours = np.rint(colours * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.broadcast_to(colours, (*image.shape[:2], 3))


def _grey(rgb: np.ndarray) -> np.ndarray:
    """The brightness of a picture (ITU-R BT.601): `(h, w, 1)` float32 in `[0, 255]`."""
    return (rgb @ np.array([0.299, 0.587, 0.114], np.float32))[:, :, None]
