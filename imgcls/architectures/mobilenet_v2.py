"""MobileNetV2 with the strides of small images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options

#: (expansion, channels, repeats, stride) of each stage: table 2 of the paper. Where the paper strides in the first
#: convolution and in the second stage, nothing is halved here: 32 pixels have no more than three halvings to give.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 1),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class MobileNetV2Options(Options):
    """How wide the network is, and the dropout before its head."""

    width: float = Field(
        0.5,
        ge=0.25,
        le=1.4,
        strict=True,
        title=N_("width factor"),
        description=N_("Multiplies the channels of every layer; 1 is the paper's network."),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.8,
        strict=True,
        title=N_("dropout"),
        description=N_("Dropout before the last layer."),
    )


def build(inputs: Any, classes: int, options: MobileNetV2Options) -> Any:
    """Conv – 17 inverted-residual blocks – Conv 1×1 – average – logits.

    Width 1 and 1,000 classes have 3,504,872 trainable parameters, as in the paper: strides change none of them.
    A block widens the channels (1×1), looks around in each by itself (depthwise 3×3) and narrows them again (1×1,
    without activation: a rectifier on few channels would lose too much).
    """
    from keras import layers

    x = _conv(divisible(32 * options.width), 3, "stem_conv")(inputs)
    x = _normalised(x, "stem")
    for place, (expansion, channels, stride) in enumerate(_blocks(options), 1):
        x = _block(x, f"block_{place}", expansion, channels, stride)
    x = _normalised(_conv(_last(options), 1, "head_conv")(x), "head")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    if options.dropout:
        x = layers.Dropout(options.dropout, name="dropout")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def divisible(channels: float, by: int = 8) -> int:
    """The nearest multiple of 8 that loses no more than a tenth, as the authors' code rounds."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded


def _blocks(options: MobileNetV2Options) -> Iterator[tuple[int, int, int]]:
    """(expansion, channels, stride) of each block; a stage strides in its first one."""
    for expansion, channels, repeats, stride in STAGES:
        for repeat in range(repeats):
            yield expansion, divisible(channels * options.width), 1 if repeat else stride


def _last(options: MobileNetV2Options) -> int:
    """Channels before the head: never fewer than the paper's."""
    return divisible(1280 * max(1.0, options.width))


def _block(x: Any, name: str, expansion: int, channels: int, stride: int) -> Any:
    from keras import layers

    start, width = x, x.shape[-1]
    if expansion > 1:
        x = _conv(width * expansion, 1, f"{name}_expand_conv")(x)
        x = _normalised(x, f"{name}_expand")
    x = layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _normalised(x, f"{name}_depthwise")
    x = _conv(channels, 1, f"{name}_project_conv")(x)
    x = _normalised(x, f"{name}_project", rectified=False)
    return layers.Add(name=f"{name}_add")([start, x]) if stride == 1 and width == channels else x


def _conv(filters: int, kernel: int, name: str) -> Any:
    from keras import layers

    # Glorot's starting weights: He's larger ones learn more slowly here, since batch norm undoes their size
    # and a step of Adam then turns them less (54 % against 38 % right in the first epoch of mnist-5k)
    return layers.Conv2D(filters, kernel, padding="same", use_bias=False, name=name)


def _normalised(x: Any, name: str, rectified: bool = True) -> Any:
    from keras import layers

    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if rectified else x


def parameters(options: MobileNetV2Options, image_shape: Shape, classes: int) -> int:
    def normalised(weights: int, channels: int) -> int:
        return weights + count.batch_norm(channels)

    width = divisible(32 * options.width)
    total = normalised(count.convolution(3, image_shape[2], width, bias=False), width)
    for expansion, channels, _stride in _blocks(options):
        inner = width * expansion
        if expansion > 1:
            total += normalised(count.convolution(1, width, inner, bias=False), inner)
        total += normalised(count.depthwise(3, inner, bias=False), inner)
        total += normalised(count.convolution(1, inner, channels, bias=False), channels)
        width = channels
    last = _last(options)
    return total + normalised(count.convolution(1, width, last, bias=False), last) + count.dense(last, classes)


ARCHITECTURES.add(
    Architecture(
        name="mobilenet-v2",
        title=N_("MobileNetV2"),
        paper=(
            "Sandler et al. 2018, MobileNetV2: Inverted residuals and linear bottlenecks, "
            "https://arxiv.org/abs/1801.04381"
        ),
        summary=N_(
            "Made for phones. A depthwise convolution looks around in each channel by itself, which costs a fraction "
            "of a full one; 1×1 convolutions before and after it widen and narrow the channels. "
            "The skip connections join the narrow ends."
        ),
        departs=N_(
            "The first convolution and the second stage do not halve the picture, because small images cannot spare "
            "it; half as many channels by default."
        ),
        build=build,
        options=MobileNetV2Options,
        parameters=parameters,
        sides=(8, 224),
    )
)
