"""DenseNet-BC for small images: every layer reads the maps of all layers before it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options


class DenseNetOptions(Options):
    """The paper's L, k and θ."""

    depth: Literal[22, 40, 58, 76, 100] = Field(
        40,
        title=N_("depth"),
        description=N_("Layers with kernels: three dense blocks of (depth − 4) / 6 pairs of convolutions each."),
    )
    growth: int = Field(
        12,
        ge=2,
        le=48,
        strict=True,
        title=N_("growth rate"),
        description=N_("How many new maps each layer adds to those that are there already."),
    )
    compression: float = Field(
        0.5,
        ge=0.1,
        le=1,
        strict=True,
        title=N_("compression"),
        description=N_("The share of the maps that goes on from one dense block to the next."),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.8,
        strict=True,
        title=N_("dropout"),
        description=N_("After each convolution but the first; the paper takes 0.2 where images are not augmented."),
    )


def build(inputs: Any, classes: int, options: DenseNetOptions) -> Any:
    """Conv 2k – 3 dense blocks with 2 transitions between – BatchNorm – average – logits.

    Depth 40 and growth 12 have 176,122 trainable parameters at 3 channels and 10 classes.

    B: a 1×1 convolution to 4k maps stands before each 3×3 one. C: a transition keeps the share θ of the maps.
    Each convolution follows a BatchNorm and a ReLU (pre-activation).
    """
    from keras import layers

    layers_in_block = (options.depth - 4) // 6
    x = _kernel(2 * options.growth, 3, "stem_conv")(inputs)
    for block in (1, 2, 3):
        for place in range(1, layers_in_block + 1):
            x = _dense_layer(x, f"block_{block}_layer_{place}", options)
        if block < 3:
            x = _transition(x, f"transition_{block}", options)
    x = _rectified(x, "last")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def _dense_layer(x: Any, name: str, options: DenseNetOptions) -> Any:
    from keras import layers

    new = _conv(x, 4 * options.growth, 1, f"{name}_bottleneck", options)
    new = _conv(new, options.growth, 3, f"{name}_growth", options)
    return layers.Concatenate(name=f"{name}_concat")([x, new])


def _transition(x: Any, name: str, options: DenseNetOptions) -> Any:
    from keras import layers

    x = _conv(x, _kept(x.shape[-1], options), 1, name, options)
    return layers.AveragePooling2D(2, name=f"{name}_pool")(x)


def _kept(channels: int, options: DenseNetOptions) -> int:
    return max(1, int(channels * options.compression))


def _conv(x: Any, filters: int, kernel: int, name: str, options: DenseNetOptions) -> Any:
    from keras import layers

    x = _kernel(filters, kernel, f"{name}_conv")(_rectified(x, name))
    return layers.Dropout(options.dropout, name=f"{name}_dropout")(x) if options.dropout else x


def _rectified(x: Any, name: str) -> Any:
    from keras import layers

    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _kernel(filters: int, kernel: int, name: str) -> Any:
    from keras import layers

    return layers.Conv2D(filters, kernel, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)


def parameters(options: DenseNetOptions, image_shape: Shape, classes: int) -> int:
    growth, channels = options.growth, 2 * options.growth
    total = count.convolution(3, image_shape[2], channels, bias=False)
    for block in (1, 2, 3):
        for _ in range((options.depth - 4) // 6):
            total += count.batch_norm(channels) + count.convolution(1, channels, 4 * growth, bias=False)
            total += count.batch_norm(4 * growth) + count.convolution(3, 4 * growth, growth, bias=False)
            channels += growth
        if block < 3:
            total += count.batch_norm(channels) + count.convolution(1, channels, _kept(channels, options), bias=False)
            channels = _kept(channels, options)
    return total + count.batch_norm(channels) + count.dense(channels, classes)


ARCHITECTURES.add(
    Architecture(
        name="densenet",
        title=N_("DenseNet-BC"),
        paper="Huang et al. 2017, Densely connected convolutional networks, https://arxiv.org/abs/1608.06993",
        summary=N_(
            "Every layer reads the maps of all layers before it in its block and adds a few of its own. Nothing has to "
            "be found twice, so few maps per layer are enough, and the last layer can still use the edges that the "
            "first one found. Few parameters, but many maps to keep in memory."
        ),
        departs=N_("The moving averages of batch norm follow faster, because runs here are short."),
        build=build,
        options=DenseNetOptions,
        parameters=parameters,
        sides=(4, 224),
    )
)
