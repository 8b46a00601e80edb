"""Makes the pictures of `assets/` anew: the digits, the icon, and the recorded example of the start page.

    .venv/bin/python -m tests.house.example

Trains one network (seed 0, the default recipe), so the recorded curve is a real one.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from imgcls import Choice, LocalEngine, Recipe, get_run, load
from imgcls.explain.picture import overlay
from imgcls.images import encode_png
from imgcls.runs.metrics import NAME
from imgcls.workers.operations import explain_image

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SIDE = 448


def digits() -> np.ndarray:
    """Fifty digits in five rows, uint8 (h, w)."""
    images = load(Choice(name="mnist-5k")).images[..., 0]
    chosen = np.random.default_rng(7).permutation(len(images))[:50]
    rows = [np.concatenate([np.pad(image, 2) for image in images[row]], axis=1) for row in chosen.reshape(5, 10)]
    return np.concatenate(rows).repeat(3, axis=0).repeat(3, axis=1)


def on_paper(image: np.ndarray) -> np.ndarray:
    """A digit as ink on paper, off centre, uint8 (h, w, 3): what people bring."""
    ink = np.asarray(Image.fromarray(image).resize((260, 260), Image.Resampling.BICUBIC), float) / 255
    sheet = np.zeros((SIDE, SIDE))
    sheet[150:410, 40:300] = ink
    light = np.linspace(1.0, 0.86, SIDE)[:, None, None]  # uneven, as under a lamp
    paper, pen = np.array([250, 246, 236.0]), np.array([40, 48, 92.0])
    return np.rint(light * (paper + sheet[..., None] * (pen - paper))).clip(0, 255).astype(np.uint8)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMGCLS_HOME"] = home
        engine = LocalEngine(spare=False)
        run_id = engine.submit(Recipe())
        engine.wait(run_id)
        engine.close()
        (ASSETS / "example").mkdir(exist_ok=True)
        (ASSETS / "example" / "metrics.jsonl").write_bytes((get_run(run_id).folder / NAME).read_bytes())
        images = load(Choice(name="mnist-5k"))
        image = images.images[np.flatnonzero(images.labels == 3)[5]]
        (ASSETS / "example" / "paper.png").write_bytes(encode_png(on_paper(image[..., 0])))
        _, arrays = explain_image({"model": run_id, "layer": "conv_2"}, {"image": image})
        (ASSETS / "example" / "heat.png").write_bytes(encode_png(overlay(image, arrays["map"], 0.6, SIDE)))
        (ASSETS / "icon.png").write_bytes(encode_png(overlay(image, arrays["map"], 0.7, 112)))
        (ASSETS / "digits.png").write_bytes(encode_png(digits()))


if __name__ == "__main__":
    main()
