"""The multilayer perceptron: dense layers only, no idea of neighbourhood."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.activations import Activation, initializer
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options


class MLPOptions(Options):
    """How many hidden layers, how wide, and what is between them."""

    hidden_layers: int = Field(
        2,
        ge=1,
        le=8,
        strict=True,
        title=N_("hidden layers"),
        description=N_("Dense layers between the pixels and the scores."),
    )
    width: int = Field(
        128, ge=4, le=1024, strict=True, title=N_("width"), description=N_("Neurons in each hidden layer.")
    )
    activation: Activation = Field(
        "relu",
        title=N_("activation function"),
        description=N_("The bend after each layer. Without one, many layers could do no more than a single one."),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.9,
        strict=True,
        title=N_("dropout"),
        description=N_("The share of neurons that is silenced, at random, in each training step."),
    )


def build(inputs: Any, classes: int, options: MLPOptions) -> Any:
    """Flatten – (Dense – Dropout) × hidden layers – Dense; 118,282 parameters at 28×28×1 and 10 classes.

    Args:
        inputs: float32 images, (n, h, w, c).
        classes: outputs.
        options: `dropout` 0 leaves the dropout layers out.
    """
    from keras import layers

    x = layers.Flatten(name="flatten")(inputs)
    for place in range(1, options.hidden_layers + 1):
        start = initializer(options.activation)
        x = layers.Dense(options.width, options.activation, kernel_initializer=start, name=f"dense_{place}")(x)
        if options.dropout:
            x = layers.Dropout(options.dropout, name=f"dropout_{place}")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def parameters(options: MLPOptions, image_shape: Shape, classes: int) -> int:
    height, width, channels = image_shape
    first = count.dense(height * width * channels, options.width)
    more = (options.hidden_layers - 1) * count.dense(options.width, options.width)
    return first + more + count.dense(options.width, classes)


ARCHITECTURES.add(
    Architecture(
        name="mlp",
        title=N_("Multilayer perceptron"),
        paper=(
            "Rumelhart, Hinton, Williams 1986, Learning representations by back-propagating errors, "
            "https://doi.org/10.1038/323533a0"
        ),
        summary=N_(
            "Every neuron of a layer looks at all of the layer before. It can learn any function of the pixels, but it "
            "does not know which pixels are neighbours: shuffle them all in one fixed way and it learns just as well. "
            "That is what convolutions change."
        ),
        departs=N_("Rectifiers in place of sigmoids by default, and cross-entropy in place of squared error."),
        build=build,
        options=MLPOptions,
        parameters=parameters,
        sides=(1, 224),
    )
)
