"""The time-lapse of a run as pictures, and as one animated picture to take along.

Over all epochs there is one scale for the filters and one for the mistakes, so that what changes is what the network
learns. A map has its own scale in each epoch: it says where, not how much.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from imgcls.explain.explanation import DRAWN, drawable
from imgcls.explain.picture import overlay
from imgcls.figures.colours import ink
from imgcls.figures.confusion import mistake_shares
from imgcls.figures.filters import filter_sheet
from imgcls.images import encode_png
from imgcls.runs.timelapse import Frame, TimeLapse

#: Pictures of the animation at most, and how long each stands: half a minute in all.
MOST_FRAMES, SECONDS = 60, 0.5
#: Longest side (px) of a watched image in a picture of all of them, and the quality of that picture's WebP.
SIDE, _QUALITY = 112, 85
#: This share of a class's images in one wrong cell is its full colour.
FULL_MISTAKE = 0.25

_ACROSS, _GAP, _LINE = 6, 10, 16  # pictures in a row, px, px
_LOWER, _WIDE = 168, 350  # px: height of mistakes and filters, width of the filters
_MOST_FILTERS = 32
_TITLES = ("mistakes: row = true class, column = answer", "first filters")


def evidence(frame: Frame, place: int, size: tuple[int, int]) -> np.ndarray:
    """The map of one image in one epoch, to be drawn: float32 (height, width) in [0, 1]; all 0 if it means nothing.

    Args:
        frame: of the epoch.
        place: of the image among the watched ones.
        size: height and width of the image.
    """
    raw, status = frame.raws[place], frame.statuses[place]
    if not raw.size or status not in [str(one) for one in DRAWN] or not np.isfinite(raw).all() or raw.max() <= 0:
        return np.zeros(size, np.float32)
    return drawable(raw.astype(np.float32), size)


def filter_limit(lapse: TimeLapse) -> float:
    """The largest weight that any epoch's picture of the filters shows; 1 where there are none."""
    largest = [float(np.abs(_shown(frame.filters).mean(axis=2)).max()) for frame in lapse.frames if _has_filters(frame)]
    return max(largest, default=1.0) or 1.0


def mistake_strengths(confusion: np.ndarray) -> np.ndarray:
    """How strongly the cells of a confusion matrix are coloured: float (classes, classes), 0 to 1; the diagonal 0."""
    return np.clip(mistake_shares(confusion) / FULL_MISTAKE, 0, 1)


@dataclass(frozen=True)
class Shot:
    """One epoch as the bytes of pictures.

    Args:
        watched: WebP of the watched images side by side, each with its heat.
        mistakes: PNG of the confusion matrix; None at the first step.
        filters: PNG of the first filters; None where there are none.
    """

    watched: bytes
    mistakes: bytes | None
    filters: bytes | None


def shots(lapse: TimeLapse, dark: bool) -> list[Shot]:
    """The pictures of each epoch.

    Args:
        lapse: what is shown.
        dark: colours for the dark page.
    """
    limit = filter_limit(lapse)
    return [_shot(lapse, frame, limit, dark) for frame in lapse.frames]


def _shot(lapse: TimeLapse, frame: Frame, limit: float, dark: bool) -> Shot:
    stream = io.BytesIO()
    watched = np.concatenate(watched_pictures(lapse, frame), axis=1)
    Image.fromarray(watched).save(stream, "WEBP", quality=_QUALITY, method=2)
    drawn = (_mistakes(frame, dark), _filters(frame, limit, dark))
    mistakes, filters = (None if one is None else encode_png(one) for one in drawn)
    return Shot(stream.getvalue(), mistakes, filters)


def watched_pictures(lapse: TimeLapse, frame: Frame) -> list[np.ndarray]:
    """Each watched image with its heat: uint8 (h, w, 3), all of one size, the longer side at most `SIDE`."""
    return [
        overlay(image, evidence(frame, place, image.shape[:2]), side=SIDE) for place, image in enumerate(lapse.images)
    ]


def film(lapse: TimeLapse, names: Sequence[str]) -> bytes:
    """The time-lapse as an animated GIF, which runs for ever; at most `MOST_FRAMES` epochs, evenly spread.

    Pillow's own font knows the letters of English: names in other scripts become the number of their class.

    Args:
        lapse: what is shown.
        names: of the classes.
    """
    some = lapse.thinned(MOST_FRAMES)
    limit = filter_limit(lapse)
    pages = [Image.fromarray(_page(some, frame, names, limit)) for frame in some.frames]
    # one palette for all: the colours do not flicker, and what stays the same is stored once
    palette = Image.fromarray(np.concatenate([np.asarray(page) for page in (pages[0], pages[-1])])).quantize(
        256, Image.Quantize.MEDIANCUT
    )
    drawn = [page.quantize(palette=palette, dither=Image.Dither.NONE) for page in pages]
    times = [round(1000 * SECONDS)] * (len(drawn) - 1) + [round(4000 * SECONDS)]  # the end stands longer
    stream = io.BytesIO()
    drawn[0].save(stream, "GIF", save_all=True, append_images=drawn[1:], duration=times, loop=0)
    return stream.getvalue()


def _page(lapse: TimeLapse, frame: Frame, names: Sequence[str], limit: float) -> np.ndarray:
    """One epoch: its number, the watched images with their heat, and below them mistakes and filters."""
    rows = -(-len(lapse.images) // _ACROSS)
    cell, top = SIDE + _LINE + _GAP, 2 * _GAP + 2 * _LINE
    lower = top + rows * cell
    size = (_ACROSS * (SIDE + _GAP) + _GAP, lower + _LINE + _LOWER + 2 * _GAP)
    page = Image.new("RGB", size, ink(False)["paper"])
    draw, faint = ImageDraw.Draw(page), ink(False)["faint"]
    epoch = "first step" if frame.epoch == 0 else f"epoch {frame.epoch}"
    draw.text((_GAP, _GAP), epoch, fill=ink(False)["text"], font=ImageFont.load_default(22))
    small = ImageFont.load_default(13)
    for place, picture in enumerate(watched_pictures(lapse, frame)):
        left, above = _GAP + place % _ACROSS * (SIDE + _GAP), top + place // _ACROSS * cell
        page.paste(Image.fromarray(picture), (left, above))
        share = frame.probabilities[place][lapse.labels[place]]
        draw.text((left, above + SIDE), _said(names, int(lapse.labels[place]), share), fill=faint, font=small)
    parts = (_mistakes(frame, dark=False), _filters(frame, limit, dark=False))
    left = _GAP
    for title, part in zip(_TITLES, parts, strict=True):
        if part is not None:
            draw.text((left, lower), title, fill=faint, font=small)
            page.paste(Image.fromarray(part), (left, lower + _LINE + _GAP // 2))
        left = size[0] // 2
    return np.asarray(page)


def _said(names: Sequence[str], label: int, share: float) -> str:
    name = _printed(names[label], label)
    return f"{name if len(name) <= 9 else name[:8] + '.'} {share:.0%}"


def _printed(name: str, label: int) -> str:
    """The name in letters that the font has: without accents, or the number of the class."""
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain if plain.isascii() and plain.isprintable() else f"#{label + 1}"


def _mistakes(frame: Frame, dark: bool) -> np.ndarray | None:
    if frame.confusion is None:
        return None
    low, high, right, paper = (_rgb(ink(dark)[name]) for name in ("surface", "mistake", "grid", "paper"))
    classes = np.arange(len(frame.confusion))
    colours = low + mistake_strengths(frame.confusion)[:, :, None] * (high - low)
    colours[classes, classes] = right
    side = max(1, _LOWER // len(classes))
    pixels = np.rint(colours).astype(np.uint8).repeat(side, axis=0).repeat(side, axis=1)
    if side >= 6:  # px; smaller cells stand close
        pixels[side - 1 :: side] = pixels[:, side - 1 :: side] = paper
    return pixels


def _filters(frame: Frame, limit: float, dark: bool) -> np.ndarray | None:
    if not _has_filters(frame):
        return None
    kernels = _shown(frame.filters)
    rows = -(-kernels.shape[3] // 8)
    room = min(_LOWER / rows, _WIDE / 8) - 4
    cell = max(1, int(room / max(kernels.shape[:2])))
    return filter_sheet(kernels, cell=cell, gap=4, paper=20 if dark else 252, limit=limit)


def _has_filters(frame: Frame) -> bool:
    return frame.filters is not None and bool(np.isfinite(frame.filters).all())


def _shown(filters: np.ndarray | None) -> np.ndarray:
    assert filters is not None, "asked before"
    return filters[..., :_MOST_FILTERS]


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], float)
