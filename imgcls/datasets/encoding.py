"""A stranger's picture → the file that a data set of one's own keeps of it: its pixels alone, not too large.

PNG stays PNG, pixel for pixel unless it has to be shrunk; JPEG and WebP become JPEG of quality 95. Grey pictures are
kept in one channel.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from imgcls.images import decode_image
from imgcls.limits import limit

#: Differences to the original are below what an eye or a network sees; half the time and space of quality 100.
_QUALITY = 95
_PNG = b"\x89PNG"
#: Where the height and width of a JPEG stand in its frame header, from the header's marker (ITU-T T.81, B.2.2).
_FRAME, _SIZE = b"\xff\xc0", slice(5, 9)


@dataclass(frozen=True)
class Stored:
    """A picture as it is kept.

    Args:
        data: the file.
        suffix: `.png` or `.jpg`.
        height, width: in px.
        is_grey: its three channels were equal.
    """

    data: bytes
    suffix: str
    height: int
    width: int
    is_grey: bool


def stored_form(data: bytes, shown: str) -> Stored:
    """The file to keep of an uploaded one.

    Args:
        data: JPEG, PNG or WebP.
        shown: how the file is called in messages.

    Raises:
        ImageError: it is no picture that can be used.
    """
    return _stored(decode_image(data, shown, enough=int(limit("dataset_side"))), data)


def _stored(pixels: np.ndarray, source: bytes) -> Stored:
    small = _shrunk(pixels)
    height, width = small.shape[:2]
    is_grey = bool((small[..., 0] == small[..., 1]).all() and (small[..., 0] == small[..., 2]).all())
    if source.startswith(_PNG):
        # level 1: a fifth of the time of the usual 6, and files that are a tenth larger
        return Stored(_encoded(small, is_grey, "PNG", compress_level=1), ".png", height, width, is_grey)
    kept = source if small is pixels and _is_ours(source, is_grey) else _jpeg(small, is_grey)
    return Stored(kept, ".jpg", height, width, is_grey)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """The picture with no side longer than the limit; the same array if it is small enough.

    A strip keeps the least breadth that a picture must have, and is longer then.
    """
    height, width = pixels.shape[:2]
    least = int(limit("image_side_min"))
    scale = max(int(limit("dataset_side")) / max(height, width), least / min(height, width))
    if scale >= 1:
        return pixels
    size = max(least, round(width * scale)), max(least, round(height * scale))
    # reducing_gap 1 first averages whole pixels: a sixth of the time, differences of some units of 255 at sharp edges
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0))


def _jpeg(pixels: np.ndarray, is_grey: bool) -> bytes:
    return _encoded(pixels, is_grey, "JPEG", quality=_QUALITY)


def _encoded(pixels: np.ndarray, is_grey: bool, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[..., 0] if is_grey else pixels)).save(stream, kind, **options)
    return stream.getvalue()


def _is_ours(data: bytes, is_grey: bool) -> bool:
    """Whether a JPEG is what `_jpeg` writes: then encoding it once more would only lose a little again.

    Its header is ours but for the size, and after it come pixels alone: no further marker, nothing after the end.
    """
    header = _header(is_grey)
    if _without_size(data[: len(header)]) != header or not data.endswith(b"\xff\xd9"):
        return False
    body = data[len(header) : -2]
    return body.count(b"\xff") == body.count(b"\xff\x00")


@lru_cache(maxsize=2)
def _header(is_grey: bool) -> bytes:
    """All before the pixels of a JPEG that `_jpeg` writes, its size blanked."""
    data = _jpeg(np.zeros((8, 8, 3), np.uint8), is_grey)
    start = data.index(b"\xff\xda")
    return _without_size(data[: start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")])


def _without_size(header: bytes) -> bytes:
    place = header.find(_FRAME)
    if place < 0:
        return b""
    return header[: place + _SIZE.start] + b"\0" * 4 + header[place + _SIZE.stop :]
