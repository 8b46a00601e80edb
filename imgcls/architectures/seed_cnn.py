"""The article's network, layer for layer."""

from __future__ import annotations

from typing import Any

from imgcls.architectures.registry import ARCHITECTURES, Architecture
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


ARCHITECTURES.add(
    Architecture(
        name="seed-cnn",
        title=N_("The article's CNN"),
        paper="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        summary=N_(
            "Two convolutions find strokes and corners, two poolings make the finding robust to small shifts, "
            "two dense layers weigh the findings into one score per class."
        ),
        build=build,
        sides=(10, 224),
    )
)
