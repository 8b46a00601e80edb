"""Softmax regression: one weight from each pixel to each class, and nothing between."""

from __future__ import annotations

from typing import Any

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options


def build(inputs: Any, classes: int, options: Options) -> Any:
    """Flatten – Dense; 7,850 parameters at 28×28×1 and 10 classes.

    Example:
        >>> build_model(Choice(name="linear"), (28, 28, 1), classes=10, seed=0).count_params()
        7850
    """
    from keras import layers

    x = layers.Flatten(name="flatten")(inputs)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def parameters(options: Options, image_shape: Shape, classes: int) -> int:
    height, width, channels = image_shape
    return count.dense(height * width * channels, classes)


ARCHITECTURES.add(
    Architecture(
        name="linear",
        title=N_("Softmax regression"),
        paper=(
            "Cox 1958, The regression analysis of binary sequences, "
            "https://doi.org/10.1111/j.2517-6161.1958.tb00292.x; for many classes: Bishop 2006, section 4.3.4"
        ),
        summary=N_(
            "Each class has one template of the picture's size. A score is the sum of all pixels, each times the "
            "template's weight at that place. There is nothing between pixels and scores, so it cannot find a "
            "stroke wherever it stands. What it reaches is the mark that every other network has to beat."
        ),
        build=build,
        parameters=parameters,
        sides=(1, 224),
    )
)
