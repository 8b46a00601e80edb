"""A small vision transformer: patches that look at one another."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Shape
from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.registry import Options

#: Attention compares every patch with every other: beyond this the comparisons alone fill the memory.
MOST_PATCHES = 400


class ViTOptions(Options):
    """Sizes of the transformer; ViT-Ti is depth 12 and 3 heads of width 64."""

    patch: int = Field(
        4,
        ge=2,
        le=32,
        strict=True,
        title=N_("patch"),
        description=N_("The picture is cut into squares of this side, in pixels. Smaller ones see more and cost more."),
    )
    depth: int = Field(
        6,
        ge=1,
        le=12,
        strict=True,
        title=N_("depth"),
        description=N_("Blocks, each of one attention and one small network that sees every patch by itself."),
    )
    heads: int = Field(
        3,
        ge=1,
        le=8,
        strict=True,
        title=N_("heads"),
        description=N_("Attentions side by side, each free to look for something else."),
    )
    head_width: int = Field(
        32,
        ge=8,
        le=64,
        strict=True,
        title=N_("width of a head"),
        description=N_("Numbers per patch and head; a patch is described by heads × width numbers."),
    )
    pooling: Literal["token", "average"] = Field(
        "token",
        title=N_("from patches to scores"),
        description=N_(
            "token: an extra token, the paper's class token, gathers what matters. average: the mean of all patches."
        ),
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.8,
        strict=True,
        title=N_("dropout"),
        description=N_("The share of neurons that is silenced, at random, in each training step."),
    )

    @property
    def width(self) -> int:
        return self.heads * self.head_width


def patches_of(options: ViTOptions, image_shape: Shape) -> int:
    """How many squares the picture is cut into; a last one that is not full is filled with zeros."""
    height, width, _ = image_shape
    return -(-height // options.patch) * -(-width // options.patch)


def check_patches(options: ViTOptions, image_shape: Shape) -> None:
    """Refuse more patches than attention can compare.

    Raises:
        RecipeError: too many.
    """
    patches = patches_of(options, image_shape)
    if patches > MOST_PATCHES:
        raise RecipeError(
            N_("Expected at most {most} patches. Patches of {patch} pixels cut the image into {patches}: take larger."),
            most=MOST_PATCHES,
            patch=options.patch,
            patches=patches,
        )


def build(inputs: Any, classes: int, options: ViTOptions) -> Any:
    """Patches – class token and positions – blocks of attention and MLP – LayerNorm – logits.

    Class token and positions are one table: a zero token is put before the patches (`ZeroPadding1D`), and an
    `EinsumDense` whose bias has one vector for each place adds what is learned of it. In the paper the class token
    and its position are two vectors that only ever occur as their sum; here they are that sum. Why not an
    `Embedding` of the numbers 0, 1, 2 …: a graph of standard layers has no constants to look up, and making some
    out of the image would be a trick that nobody reads. The kernel of that layer, one factor per channel, starts at 1
    and takes nothing away.

    Departs from Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929: sizes for small images, no bias in the
    patches (the table has one for each place), and the head does not start at zero.
    """
    from keras import layers

    width = options.width
    x = layers.Conv2D(
        width, options.patch, options.patch, "same", use_bias=False, kernel_initializer=_start(), name="patches"
    )(inputs)
    x = layers.Reshape((-1, width), name="sequence")(x)  # (n, patches, width)
    if options.pooling == "token":
        x = layers.ZeroPadding1D((1, 0), name="token")(x)
    x = layers.EinsumDense(
        "btd,d->btd",
        tuple(x.shape[1:]),
        bias_axes="td",
        kernel_initializer="ones",
        bias_initializer=_start(),
        name="positions",
    )(x)
    for place in range(1, options.depth + 1):
        x = _block(x, f"block_{place}", options)
    x = _norm("last_norm")(x)
    if options.pooling == "token":
        x = layers.Cropping1D((0, x.shape[1] - 1), name="class_token")(x)
        x = layers.Flatten(name="flatten")(x)
    else:
        x = layers.GlobalAveragePooling1D(name="average")(x)
    return layers.Dense(classes, kernel_initializer=_start(), dtype="float32", name="logits")(x)


def _start() -> Any:
    import keras

    return keras.initializers.TruncatedNormal(stddev=0.02)


def _norm(name: str) -> Any:
    from keras import layers

    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _block(x: Any, name: str, options: ViTOptions) -> Any:
    """Equations 2 and 3: x + attention(norm(x)), then x + mlp(norm(x))."""
    from keras import layers

    start, width = x, options.width
    x = _norm(f"{name}_norm_1")(x)
    x = layers.MultiHeadAttention(options.heads, options.head_width, name=f"{name}_attention")(x, x)
    x = layers.Add(name=f"{name}_add_1")([start, _dropped(x, f"{name}_dropout_1", options)])
    start = x
    x = _norm(f"{name}_norm_2")(x)
    x = layers.Dense(4 * width, "gelu", name=f"{name}_mlp_1")(x)
    x = layers.Dense(width, name=f"{name}_mlp_2")(x)
    return layers.Add(name=f"{name}_add_2")([start, _dropped(x, f"{name}_dropout_2", options)])


def _dropped(x: Any, name: str, options: ViTOptions) -> Any:
    from keras import layers

    return layers.Dropout(options.dropout, name=name)(x) if options.dropout else x


def parameters(options: ViTOptions, image_shape: Shape, classes: int) -> int:
    width, tokens = options.width, patches_of(options, image_shape) + (options.pooling == "token")
    embedding = count.convolution(options.patch, image_shape[2], width, bias=False) + width + tokens * width
    attention = 4 * count.dense(width, width)
    mlp = count.dense(width, 4 * width) + count.dense(4 * width, width)
    blocks = options.depth * (attention + mlp + 2 * count.layer_norm(width))
    return embedding + blocks + count.layer_norm(width) + count.dense(width, classes)


ARCHITECTURES.add(
    Architecture(
        name="vit-tiny",
        title=N_("Vision transformer, tiny"),
        paper=(
            "Dosovitskiy et al. 2021, An image is worth 16x16 words, https://arxiv.org/abs/2010.11929; "
            "the size “tiny”: Touvron et al. 2021, https://arxiv.org/abs/2012.12877"
        ),
        summary=N_(
            "The picture is cut into patches, and each patch asks all others for what it needs (attention). Nothing "
            "tells the network that neighbours belong together: it has to learn even that, from the "
            "positions, and so it needs many more images than a convolutional network."
        ),
        departs=N_(
            "Patches of 4 pixels in place of 16 and half the blocks by default; class token and its position are one "
            "vector; the last layer does not start at zero."
        ),
        build=build,
        options=ViTOptions,
        sides=(8, 224),
        check=check_patches,
        parameters=parameters,
    )
)
