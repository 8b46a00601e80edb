"""Weight files as Keras's applications are published: the legacy HDF5 format, with weights drawn here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights

#: Ranges of what is no kernel; LayerScale's factors have no name of their own.
_RANGES = {"moving_variance": (0.5, 1.0), "moving_mean": (-0.2, 0.2), "beta": (-0.2, 0.2), "bias": (-0.2, 0.2)}


def drawn(model: Any, seed: int = 7) -> Any:
    """`model` with all weights drawn, so that none can stand in another's place unseen and no number explodes."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        for weight in layer.weights:
            low, high = _RANGES.get(weight.name, (0.8, 1.2))
            if len(weight.shape) > 1:
                height_width_in = weight.shape[:2] if weight.shape[-1] == 1 else weight.shape[:-1]  # depthwise
                high = (6 / np.prod(height_width_in)) ** 0.5
                low = -high
            weight.assign(random.uniform(low, high, weight.shape).astype(np.float32))
    return model


def save(model: Any, path: Path, libver: str = "earliest") -> None:
    """Write the legacy format, as Keras's own files are; `save_weights` writes another.

    Args:
        libver: h5py's; `latest` makes smaller files.
    """
    import h5py
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    with h5py.File(path, "w", libver=libver) as file:
        save_weights_to_hdf5_group(file, model)


def publish(monkeypatch: Any, name: str, path: Path) -> DownloadedWeights:
    """Make a file the published one of an application: its size and checksum, until the test ends."""
    data = path.read_bytes()
    known = DOWNLOADED.get(name)
    monkeypatch.setitem(known.__dict__, "size", len(data))
    monkeypatch.setitem(known.__dict__, "checksum", hashlib.sha256(data).hexdigest())
    return known
