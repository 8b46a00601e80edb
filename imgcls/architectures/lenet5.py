"""LeNet-5: the network that read cheques, 1998."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options

#: The side of the paper's input: digits of 20 to 28 pixels in a field that leaves room for their ends.
FIELD = 32


class LeNet5Options(Options):
    """The two parts that were replaced first, in later years."""

    activation: Literal["tanh", "relu"] = Field(
        "tanh",
        title=N_("activation function"),
        description=N_("tanh is the paper's. The rectifier, relu, came fourteen years later."),
    )
    pooling: Literal["average", "max"] = Field(
        "average",
        title=N_("pooling"),
        description=N_("How four neighbours become one: their average, as in the paper, or the largest of them."),
    )


def build(inputs: Any, classes: int, options: LeNet5Options) -> Any:
    """C1 – S2 – C3 – S4 – C5 – F6 – logits; 61,706 parameters at 32×32×1 or 28×28×1, and 10 classes.

    Images smaller than 32 pixels a side are set into a field of 32 × 32 zeros, as in the paper.

    Departs from LeCun et al. 1998, https://doi.org/10.1109/5.726791, section II.B:
    - S2 and S4 average only; the paper's also have a trained coefficient and bias for each map, and a sigmoid.
    - Each map of C3 sees all six of S2; the paper's table I leaves some out, to break the symmetry.
    - tanh(x) in place of 1.7159 tanh(2x/3).
    - The output is one score per class for a softmax; the paper's are distances to drawn figures (RBF units).
    """
    from keras import layers

    act = options.activation
    pool = layers.AveragePooling2D if options.pooling == "average" else layers.MaxPooling2D
    x = inputs
    if margins := _margins(x.shape[1:3]):
        x = layers.ZeroPadding2D(margins, name="field")(x)
    x = layers.Conv2D(6, 5, activation=act, name="c1")(x)
    x = pool(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation=act, name="c3")(x)
    x = pool(2, name="s4")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation=act, name="c5")(x)
    x = layers.Dense(84, activation=act, name="f6")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def _margins(sides: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Zeros (above, below), (left, right) that bring `sides` to the field's; None if there is nothing to add."""
    above, left = (max(0, FIELD - side) // 2 for side in sides)
    height, width = (max(0, FIELD - side) for side in sides)
    return ((above, height - above), (left, width - left)) if height or width else None


def parameters(options: LeNet5Options, image_shape: Shape, classes: int) -> int:
    height, width, channels = image_shape
    rows, columns = (((max(FIELD, side) - 4) // 2 - 4) // 2 for side in (height, width))
    features = count.convolution(5, channels, 6) + count.convolution(5, 6, 16)
    return features + count.dense(rows * columns * 16, 120) + count.dense(120, 84) + count.dense(84, classes)


ARCHITECTURES.add(
    Architecture(
        name="lenet-5",
        title=N_("LeNet-5"),
        paper=(
            "LeCun et al. 1998, Gradient-based learning applied to document recognition, "
            "https://doi.org/10.1109/5.726791"
        ),
        summary=N_(
            "The network that read the amounts on cheques. Convolution, averaging, convolution, averaging, then dense "
            "layers: the order that most networks for pictures have kept since. It has about half as many "
            "parameters as the article's CNN."
        ),
        departs=N_(
            "Pooling without trained weights, all maps of one layer feed all of the next, plain tanh, and a softmax at "
            "the end in place of distances to drawn figures."
        ),
        build=build,
        options=LeNet5Options,
        parameters=parameters,
        sides=(8, 224),
    )
)
