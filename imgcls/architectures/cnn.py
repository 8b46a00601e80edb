"""A stack of convolutions that one puts together block by block."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.activations import Activation, initializer
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.registry import Options


class Block(Options):
    """Some convolutions of one width, and what follows them."""

    width: int = Field(
        32,
        ge=1,
        le=512,
        strict=True,
        title=N_("width"),
        description=N_("Filters of each convolution: how many different patterns it can look for."),
    )
    kernel: int = Field(
        3,
        ge=1,
        le=11,
        strict=True,
        title=N_("kernel"),
        description=N_("Side of the patch that a filter sees at once, in pixels of the layer before."),
    )
    convolutions: int = Field(
        1, ge=1, le=4, strict=True, title=N_("convolutions"), description=N_("How many of them before the pooling.")
    )
    padding: Literal["same", "valid"] = Field(
        "same",
        title=N_("padding"),
        description=N_("same: zeros around the picture keep its size. valid: each convolution loses a border."),
    )
    activation: Activation = Field(
        "relu",
        title=N_("activation function"),
        description=N_("The bend after each layer. Without one, many layers could do no more than a single one."),
    )
    batch_norm: bool = Field(
        False,
        strict=True,
        title=N_("batch norm"),
        description=N_("Brings each channel to mean 0 and spread 1 over the batch: deep stacks learn faster with it."),
    )
    pooling: Literal["max", "average", "none"] = Field(
        "max",
        title=N_("pooling"),
        description=N_("How four neighbours become one: the largest, the average, or not at all."),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.9,
        strict=True,
        title=N_("dropout"),
        description=N_("The share of neurons that is silenced, at random, in each training step."),
    )


class CNNOptions(Options):
    """The blocks, and how their last maps become scores."""

    blocks: tuple[Block, ...] = Field(
        (Block(width=32), Block(width=64)),
        min_length=1,
        max_length=8,
        title=N_("blocks"),
        description=N_("Each block is some convolutions and, usually, a pooling that halves height and width."),
    )
    gathering: Literal["flatten", "average"] = Field(
        "flatten",
        title=N_("from maps to numbers"),
        description=N_(
            "flatten: every place of the last maps counts by itself. average: only each map's mean (global average "
            "pooling), with far fewer weights to follow."
        ),
    )
    dense: int = Field(
        64,
        ge=0,
        le=1024,
        strict=True,
        title=N_("dense width"),
        description=N_("Neurons of the dense layer before the scores; 0: none."),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.9,
        strict=True,
        title=N_("dropout at the end"),
        description=N_("Dropout before the last layer."),
    )


def stack_shapes(options: CNNOptions, image_shape: Shape) -> list[tuple[Block, Shape]]:
    """Each block and the (height, width, channels) that leave it; needs no Keras.

    The list ends with the first block that leaves nothing, which has a side of 0.

    Example:
        >>> [shape for _, shape in stack_shapes(CNNOptions(), (28, 28, 1))]
        [(14, 14, 32), (7, 7, 64)]
    """
    shapes = []
    height, width, _ = image_shape
    for block in options.blocks:
        height, width = _side(block, height), _side(block, width)
        shapes.append((block, (height, width, block.width)))
        if not height * width:
            break
    return shapes


def _side(block: Block, side: int) -> int:
    lost = (block.kernel - 1) * block.convolutions if block.padding == "valid" else 0
    return max(0, side - lost) // (1 if block.pooling == "none" else 2)


def check_stack(options: CNNOptions, image_shape: Shape) -> None:
    """Refuse a stack that shrinks to nothing.

    Raises:
        RecipeError: with the number of the block that does it.
    """
    shapes = stack_shapes(options, image_shape)
    height, width, _ = shapes[-1][1]
    if height * width:
        return
    before = shapes[-2][1] if len(shapes) > 1 else image_shape
    raise RecipeError(
        N_(
            "Expected blocks that leave something of the image. Block {number} makes {height} × {width} out of "
            "{before_height} × {before_width}: take it out, or its pooling, or choose a smaller kernel."
        ),
        number=len(shapes),
        height=height,
        width=width,
        before_height=before[0],
        before_width=before[1],
    )


def build(inputs: Any, classes: int, options: CNNOptions) -> Any:
    """(Conv – BatchNorm – Activation) × convolutions – Pool – Dropout for each block, then the scores.

    Without batch norm the activation is part of the convolution. Two blocks of width 32 and 64, `valid`, are the
    article's CNN. A pooling sees 2 × 2 places; an odd last row or column is left out.
    """
    from keras import layers

    x = inputs
    for place, block in enumerate(options.blocks, 1):
        x = _block(x, block, f"block_{place}")
    gather = layers.Flatten if options.gathering == "flatten" else layers.GlobalAveragePooling2D
    x = gather(name=options.gathering)(x)
    if options.dense:
        x = layers.Dense(options.dense, "relu", kernel_initializer="he_normal", name="dense")(x)
    if options.dropout:
        x = layers.Dropout(options.dropout, name="dropout")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def _block(x: Any, block: Block, name: str) -> Any:
    from keras import layers

    for place in range(1, block.convolutions + 1):
        x = layers.Conv2D(
            block.width,
            block.kernel,
            padding=block.padding,
            activation=None if block.batch_norm else block.activation,
            use_bias=not block.batch_norm,  # batch norm would take it away again
            kernel_initializer=initializer(block.activation),
            name=f"{name}_conv_{place}",
        )(x)
        if block.batch_norm:
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm_{place}")(x)
            x = layers.Activation(block.activation, name=f"{name}_activation_{place}")(x)
    if block.pooling != "none":
        pool = layers.MaxPooling2D if block.pooling == "max" else layers.AveragePooling2D
        x = pool(2, name=f"{name}_pool")(x)
    return layers.Dropout(block.dropout, name=f"{name}_dropout")(x) if block.dropout else x


def parameters(options: CNNOptions, image_shape: Shape, classes: int) -> int:
    total, channels = 0, image_shape[2]
    for block in options.blocks:
        for _ in range(block.convolutions):
            total += count.convolution(block.kernel, channels, block.width, bias=not block.batch_norm)
            total += block.batch_norm * count.batch_norm(block.width)
            channels = block.width
    height, width, _ = stack_shapes(options, image_shape)[-1][1]
    features = channels * (height * width if options.gathering == "flatten" else 1)
    if options.dense:
        total += count.dense(features, options.dense)
        features = options.dense
    return total + count.dense(features, classes)


ARCHITECTURES.add(
    Architecture(
        name="cnn",
        title=N_("CNN of your own"),
        paper=(
            "Simonyan, Zisserman 2015, Very deep convolutional networks for large-scale image recognition, "
            "https://arxiv.org/abs/1409.1556"
        ),
        summary=N_(
            "Put a network together block by block: how many filters, how large a patch each sees, what pooling, how "
            "much dropout. The usual recipe halves the picture and doubles the filters from block to block, "
            "as in the paper, whose networks are long stacks of small convolutions."
        ),
        build=build,
        options=CNNOptions,
        sides=(4, 224),
        check=check_stack,
        parameters=parameters,
        part_shapes=lambda options, image_shape: [shape for _, shape in stack_shapes(options, image_shape)],
    )
)
