"""Letters for pictures: a font that knows them, and whether there is one.

DejaVu Sans, which comes with matplotlib, knows Latin, Greek, Cyrillic, Hebrew and Arabic letters. Chinese, Japanese and
Korean ones need a font of the system; most have one. Pillow's own font knows the letters of English and no others.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

#: Files that systems have, by name, with the place of the simplified Chinese one in a collection; Pillow knows where
#: each system keeps them.
_OF_SYSTEMS = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0),
    ("DroidSansFallbackFull.ttf", 0),
    ("NotoSerifCJK-Regular.ttc", 2),
    ("PingFang.ttc", 0),
    ("STHeiti Light.ttc", 0),
    ("Hiragino Sans GB.ttc", 0),
    ("Arial Unicode.ttf", 0),
    ("msyh.ttc", 0),
    ("simhei.ttf", 0),
    ("simsun.ttc", 0),
)
#: No font has a letter here: what is drawn for it is what is drawn for any letter that a font lacks.
_NOBODYS = "\uffff"


def can_be_lettered(text: str) -> bool:
    """Whether one font knows all letters of a text."""
    return any(_knows(font, text) for font in _fonts(16))


def font_for(text: str, points: int) -> Font:
    """The first font that knows all letters of a text; where there is none, the first of all."""
    fonts = _fonts(points)
    return next((font for font in fonts if _knows(font, text)), fonts[0])


@lru_cache(maxsize=16)
def _fonts(points: int) -> tuple[Font, ...]:
    found = list(_files(points))
    built_in = ImageFont.load_default(points)
    assert isinstance(built_in, Font)  # it is, for a Pillow built with FreeType, as every wheel is
    return (*found, built_in)


def _files(points: int) -> Iterator[Font]:
    package = importlib.util.find_spec("matplotlib")  # finds it without importing it
    if package is not None and package.origin is not None:
        yield from _opened(
            str(Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"), 0, points
        )
    for name, place in _OF_SYSTEMS:
        yield from _opened(name, place, points)


def _opened(name: str, place: int, points: int) -> Iterator[Font]:
    try:
        yield ImageFont.truetype(name, points, index=place)
    except OSError:
        return


def _knows(font: Font, text: str) -> bool:
    return all(_has(font, letter) for letter in set(text) if not letter.isspace())


@lru_cache(maxsize=4096)
def _has(font: Font, letter: str) -> bool:
    return letter.isascii() or bytes(font.getmask(letter)) != bytes(font.getmask(_NOBODYS))
