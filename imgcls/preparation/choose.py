"""The preparation that a model's data set asks for."""

from __future__ import annotations

import numpy as np

from imgcls.preparation import fit, mnist_style
from imgcls.preparation.prepared import Prepared


def prepare_for(
    preparation: str, picture: np.ndarray, image_shape: tuple[int, int, int], as_is: bool = False
) -> Prepared:
    """Bring a picture to what a network takes.

    Args:
        preparation: `mnist-style`, `fit` or `pad`, as the model's card says.
        picture: uint8, (h, w, 3).
        image_shape: (height, width, channels) of the network's input.
        as_is: only fit the size; nothing is inverted, cropped to strokes or centred.
    """
    height, width, channels = image_shape
    if preparation == "mnist-style" and not as_is:
        return mnist_style.prepare(picture, height, width, channels)
    return fit.prepare(picture, height, width, channels, "pad" if preparation == "pad" else "crop")
