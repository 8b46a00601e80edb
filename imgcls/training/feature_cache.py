"""Features that a frozen body made of images, kept on disk by content: the same body and image are never met twice.

`<home>/cache/features/<body>/` holds one file for each piece of work: the sha256 of the images, their features, and
the seconds that it took. Whoever finds a file damaged works as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.atomic import read_arrays, write_arrays
from imgcls.home import folder
from imgcls.limits import limit

DIGEST = 16  #: bytes of a sha256 that tell images apart


def digests(images: np.ndarray) -> list[bytes]:
    """What each image (n, …) is known by: its pixels, shape and type."""
    about = f"{images.dtype}{images.shape[1:]}".encode()
    return [hashlib.sha256(about + np.ascontiguousarray(image).tobytes()).digest()[:DIGEST] for image in images]


def body_digest(body: Any, scale: float, offset: float) -> str:
    """What a body is known by: its layers and settings, its weights, and how pixels become its input."""
    found = hashlib.sha256(json.dumps([body.get_config(), scale, offset], sort_keys=True, default=str).encode())
    for value in body.get_weights():
        found.update(np.ascontiguousarray(value).tobytes())
    return found.hexdigest()[:32]


class FeatureCache:
    """The kept features of one body.

    Args:
        body: its digest.
    """

    def __init__(self, body: str) -> None:
        self._folder = folder("cache", "features", body)
        self._known: dict[bytes, np.ndarray] = {}
        self._seconds, self._images = 0.0, 0
        for path in sorted(self._folder.glob("*.npz")):
            with suppress(Exception):  # zipfile has a dozen words for a damaged file
                self._take(read_arrays(path))
                path.touch()  # what was used last is thrown away last

    def _take(self, arrays: dict[str, np.ndarray]) -> None:
        images, features, seconds = arrays["images"], arrays["features"], float(arrays["seconds"])
        if len(images) != len(features):
            raise ValueError("not of one piece of work")
        self._known |= {image.tobytes(): one for image, one in zip(images, features, strict=True)}
        self._seconds += seconds
        self._images += len(images)

    def get(self, digest: bytes) -> np.ndarray | None:
        return self._known.get(digest)

    @property
    def seconds_per_image(self) -> float | None:
        """What the kept features took to compute, each; None: there are none."""
        return self._seconds / self._images if self._images else None

    def keep(self, images: list[bytes], features: np.ndarray, seconds: float) -> None:
        """Add the features (n, …) of `n` images, which took `seconds`; another process may add its own meanwhile."""
        if not images:
            return
        arrays = {
            "images": np.frombuffer(b"".join(images), np.uint8).reshape(-1, DIGEST),
            "features": features,
            "seconds": np.array(seconds),
        }
        make_room(features.nbytes)
        write_arrays(self._folder / f"{secrets.token_hex(8)}.npz", arrays, durable=False)
        self._take(arrays)


def make_room(size: int) -> None:
    """Throw away what was used longest ago until `size` bytes more fit into the limit."""
    files = []
    for path in folder("cache", "features").glob("*/*.npz"):
        with suppress(OSError):
            files.append((path.stat().st_mtime, path.stat().st_size, path))
    total = size + sum(one[1] for one in files)
    for _, freed, path in sorted(files, key=lambda one: one[0]):
        if total <= limit("feature_cache_megabytes") * 1e6:
            return
        with suppress(OSError):
            path.unlink()
            total -= freed
            _drop_empty(path.parent)


def _drop_empty(place: Path) -> None:
    with suppress(OSError):  # not empty
        place.rmdir()
