"""Many small pictures as one file: a page of thumbnails is fetched, decoded and kept as a whole."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from imgcls.images import encode_png

#: Pictures in a row of the file; how many stand in a row on the page is the page's affair.
ACROSS = 10
#: Longest side of a thumbnail in the file (px): as large as it is shown on a fine screen.
SIDE = 128
#: Up to this side (px) pixels are kept as they are and shown as squares.
CRISP_UP_TO = 64
#: The colour of a tinted object, and how much of it (Okabe and Ito's orange).
_TINT, _TINT_SHARE = np.array([230, 159, 0], np.float32), 0.5
_QUALITY = 85


@dataclass(frozen=True)
class Sheet:
    """One picture file that holds `count` pictures of `width` × `height` px, `ACROSS` in a row.

    Args:
        data: the file's bytes.
        kind: `png` or `jpeg`.
        crisp: its pixels are to be shown as squares.
    """

    data: bytes
    kind: str
    count: int
    width: int
    height: int
    crisp: bool


def picture_sheet(images: np.ndarray, masks: np.ndarray | None = None) -> Sheet:
    """The pictures side by side, in rows of `ACROSS`; large ones are made smaller.

    Small ones become a PNG, pixel by pixel as they are; large ones a JPEG, which for photographs is a tenth of it.

    Args:
        images: uint8 (n, h, w, c), n ≥ 1, c 1 or 3.
        masks: bool (n, h, w), where to tint the pictures; None: nowhere.
    """
    if masks is not None:
        images = tinted(images, masks)
    crisp = max(images.shape[1:3]) <= CRISP_UP_TO
    small = images if crisp else _smaller(images)
    count, height, width, channels = small.shape
    rows = -(-count // ACROSS)
    filled = np.zeros((rows * ACROSS, height, width, channels), np.uint8)
    filled[:count] = small
    # (rows, across, h, w, c) → (rows · h, across · w, c)
    grid = filled.reshape(rows, ACROSS, height, width, channels).swapaxes(1, 2)
    joined = grid.reshape(rows * height, ACROSS * width, channels)[:, : min(count, ACROSS) * width]
    data = encode_png(joined) if crisp else _jpeg(joined)
    return Sheet(data, "png" if crisp else "jpeg", count, width, height, crisp)


def tinted(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """uint8 (n, h, w, 3): the pictures, uint8 (n, h, w, c), in colour where `masks`, bool (n, h, w), says so."""
    colour = np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images
    mixed = colour + _TINT_SHARE * (_TINT - colour)
    return np.where(masks[..., np.newaxis], np.rint(mixed), colour).astype(np.uint8)


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """uint8 (n, h, 2 · w + gap, c) of two times uint8 (n, h, w, c); the gap between them is grey."""
    count, height, width, channels = left.shape
    gap = np.full((count, height, max(1, width // 14), channels), 128, np.uint8)
    return np.concatenate([left, gap, right], axis=2)


def _smaller(images: np.ndarray) -> np.ndarray:
    """At most `SIDE` px on the longer side; each new pixel is the mean of what it covers."""
    height, width = images.shape[1:3]
    share = SIDE / max(height, width)
    if share >= 1:
        return images
    size = (max(1, round(width * share)), max(1, round(height * share)))
    flat = images[..., 0] if images.shape[3] == 1 else images
    made = [np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BOX)) for one in flat]
    return np.stack(made).reshape(len(images), size[1], size[0], images.shape[3])


def _jpeg(pixels: np.ndarray) -> bytes:
    flat = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(flat)).save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
