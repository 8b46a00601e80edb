"""The article's network, layer for layer."""

from __future__ import annotations

from typing import Any

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options


def build(inputs: Any, classes: int, options: Options) -> Any:
    """Conv 32 – MaxPool – Conv 64 – MaxPool – Flatten – Dense 64 – Dense; 121,930 parameters at 28×28×1 and 10 classes.

    The article ends in a softmax. Here the last layer gives the logits, in float32, and the softmax is
    taken by the loss and by the prediction: the same numbers, but gradients survive a sure network.
    """
    from keras import layers

    x = layers.Conv2D(32, (3, 3), activation="relu", name="conv_1")(inputs)
    x = layers.MaxPooling2D((2, 2), name="pool_1")(x)
    x = layers.Conv2D(64, (3, 3), activation="relu", name="conv_2")(x)
    x = layers.MaxPooling2D((2, 2), name="pool_2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="dense_1")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def parameters(options: Options, image_shape: Shape, classes: int) -> int:
    height, width, channels = image_shape
    rows, columns = (((side - 2) // 2 - 2) // 2 for side in (height, width))
    features = count.convolution(3, channels, 32) + count.convolution(3, 32, 64)
    return features + count.dense(rows * columns * 64, 64) + count.dense(64, classes)


ARCHITECTURES.add(
    Architecture(
        name="seed-cnn",
        title=N_("The article's CNN"),
        paper=(
            "LeCun et al. 1998, Gradient-based learning applied to document recognition, "
            "https://doi.org/10.1109/5.726791"
        ),
        summary=N_(
            "Two convolutions find strokes and corners, two poolings make the finding robust to small shifts, "
            "two dense layers weigh the findings into one score per class."
        ),
        departs=N_("The last layer gives scores; the softmax is taken by the loss and by the prediction."),
        build=build,
        parameters=parameters,
        sides=(10, 224),
    )
)
