"""ConvNeXt: a convolutional network with the habits of a transformer, with a stem for small images."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.language import N_
from imgcls.registry import Options


class ConvNeXtOptions(Options):
    """Width and depth; the paper's ConvNeXt-T is width 96, depth 3, patch 4."""

    width: int = Field(
        32,
        ge=8,
        le=128,
        strict=True,
        title=N_("width"),
        description=N_("Channels of the first stage; each of the three stages after it has twice as many."),
    )
    depth: int = Field(
        1,
        ge=1,
        le=3,
        strict=True,
        title=N_("depth"),
        description=N_("Blocks in each stage; the third stage has three times as many."),
    )
    patch: int = Field(
        2,
        ge=1,
        le=8,
        strict=True,
        title=N_("patch"),
        description=N_("The picture is first cut into squares of this side, in pixels. The paper takes 4."),
    )


def build(inputs: Any, classes: int, options: ConvNeXtOptions) -> Any:
    """Patches – 4 stages of blocks, with a halving between – average – LayerNorm – logits.

    Width 96, depth 3 and patch 4 with 1,000 classes have 28,589,128 parameters: the paper's ConvNeXt-T.
    LayerScale, one trained factor per channel that starts at 10⁻⁶, is an `EinsumDense` whose kernel is a vector: a
    standard layer of Keras, so the saved model opens anywhere. What does not divide evenly is filled with zeros.
    """
    from keras import layers

    x = body(inputs, options)
    return layers.Dense(classes, kernel_initializer=_start(), dtype="float32", name="logits")(x)


def body(x: Any, options: ConvNeXtOptions, padding: str = "same") -> Any:
    """All but the logits: images (n, h, w, c) → features (n, 8 · width).

    Args:
        padding: what becomes of pixels that make up no whole patch: `same` fills it with zeros, `valid` drops them.
    """
    from keras import layers

    x = _conv(options.width, options.patch, "stem_conv", padding)(x)
    x = _norm("stem_norm")(x)
    for stage, (width, blocks) in enumerate(_stages(options), 1):
        if stage > 1:
            x = _norm(f"stage_{stage}_norm")(x)
            x = _conv(width, 2, f"stage_{stage}_halving", padding)(x)
        for block in range(1, blocks + 1):
            x = _block(x, f"stage_{stage}_block_{block}")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return _norm("last_norm")(x)


def _stages(options: ConvNeXtOptions) -> list[tuple[int, int]]:
    """(channels, blocks) of each stage."""
    return [(options.width * 2**stage, options.depth * (3 if stage == 2 else 1)) for stage in range(4)]


def _start() -> Any:
    import keras

    return keras.initializers.TruncatedNormal(stddev=0.02)


def _conv(filters: int, size: int, name: str, padding: str) -> Any:
    """Squares of `size` pixels, side by side, each seen once."""
    from keras import layers

    return layers.Conv2D(filters, size, size, padding, kernel_initializer=_start(), name=name)


def _norm(name: str) -> Any:
    from keras import layers

    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _block(x: Any, name: str) -> Any:
    """Depthwise 7×7 – LayerNorm – 4 times the channels – GELU – back – LayerScale – add."""
    import keras
    from keras import layers

    start, width = x, x.shape[-1]
    x = layers.DepthwiseConv2D(7, padding="same", depthwise_initializer=_start(), name=f"{name}_depthwise_conv")(x)
    x = _norm(f"{name}_norm")(x)
    x = layers.Dense(4 * width, kernel_initializer=_start(), name=f"{name}_expand")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(width, kernel_initializer=_start(), name=f"{name}_project")(x)
    scale = keras.initializers.Constant(1e-6)
    x = layers.EinsumDense("bhwc,c->bhwc", tuple(x.shape[1:]), kernel_initializer=scale, name=f"{name}_layer_scale")(x)
    return layers.Add(name=f"{name}_add")([start, x])


def parameters(options: ConvNeXtOptions, image_shape: Shape, classes: int) -> int:
    channels = options.width
    total = count.convolution(options.patch, image_shape[2], channels) + count.layer_norm(channels)
    for stage, (width, blocks) in enumerate(_stages(options), 1):
        if stage > 1:
            total += count.layer_norm(channels) + count.convolution(2, channels, width)
        block = count.depthwise(7, width) + count.layer_norm(width) + width  # the last one is LayerScale
        total += blocks * (block + count.dense(width, 4 * width) + count.dense(4 * width, width))
        channels = width
    return total + count.layer_norm(channels) + count.dense(channels, classes)


ARCHITECTURES.add(
    Architecture(
        name="convnext",
        title=N_("ConvNeXt"),
        paper="Liu et al. 2022, A ConvNet for the 2020s, https://arxiv.org/abs/2201.03545",
        summary=N_(
            "A convolutional network that took over, one by one, what vision transformers do differently: it begins "
            "with patches, looks around with large depthwise kernels, has few activations and normalises each place "
            "by itself in place of over the batch. It wants more images and more epochs than the older networks."
        ),
        departs=N_(
            "Patches of 2 pixels in place of 4, a third of the channels and a third of the blocks by default, and no "
            "stochastic depth."
        ),
        build=build,
        options=ConvNeXtOptions,
        parameters=parameters,
        sides=(4, 224),
    )
)
