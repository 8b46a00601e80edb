"""What people bring: folders of pictures that are theirs alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

CATS_AND_DOGS = {"cats": 8, "dogs": 9}


def picture(seed: int, height: int = 40, width: int = 48, grey: bool = False) -> np.ndarray:
    """uint8 (h, w, 3): soft blots of colour, unlike those of any other seed."""
    random = np.random.default_rng(seed)
    blots = Image.fromarray(random.integers(0, 256, (5, 6, 3), np.uint8))
    pixels = np.asarray(blots.resize((width, height), Image.Resampling.BICUBIC))
    return pixels[..., :1].repeat(3, axis=2) if grey else pixels


def encoded(pixels: np.ndarray, kind: str = "png", **options: object) -> bytes:
    """The file of pixels, uint8 (h, w, 3 or 1) or (h, w)."""
    stream = io.BytesIO()
    flat = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    Image.fromarray(flat).save(stream, {"jpg": "JPEG"}.get(kind, kind), **options)
    return stream.getvalue()


def decoded(data: bytes) -> np.ndarray:
    """The pixels of a file, uint8 (h, w) or (h, w, 3), by Pillow alone."""
    return np.asarray(Image.open(io.BytesIO(data)))


def bring(
    folder: Path,
    counts: Mapping[str, int] = CATS_AND_DOGS,
    kind: str = "png",
    size: tuple[int, int] = (40, 48),
    grey: bool = False,
) -> Path:
    """A folder with a folder for each class; no two pictures are alike. Returns it."""
    seed = 0
    for label, count in counts.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            seed += 1
            (folder / label / f"photo {number}.{kind}").write_bytes(encoded(picture(seed, *size, grey), kind))
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Every visible file below a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
