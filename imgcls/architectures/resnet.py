"""Residual networks for small images, and the plain networks they were compared with.

He et al. 2015, *Deep residual learning for image recognition*, section 4.2, https://arxiv.org/abs/1512.03385
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import Field

from imgcls.architectures import counting as count
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Family, Shape
from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.registry import Options

#: Filters of the three stages; each stage but the first halves height and width.
WIDTHS = (16, 32, 64)
#: The depths of the paper, and 8 and 14 for the impatient.
DEPTHS = (8, 14, 20, 32, 44, 56, 110)
DEEPEST = 200

_SKIP = N_("skip connections")
_SKIP_HELP = N_("Each pair of convolutions adds to its input in place of replacing it. This is what makes a ResNet.")
_NORM = N_("batch norm")
_NORM_HELP = N_("Brings each channel to mean 0 and spread 1 over the batch. Without it, deep networks hardly start.")


class ResNetOptions(Options):
    """The two switches of the experiment."""

    skip: bool = Field(True, strict=True, title=_SKIP, description=_SKIP_HELP)
    batch_norm: bool = Field(True, strict=True, title=_NORM, description=_NORM_HELP)


class PlainOptions(ResNetOptions):
    """The same switches; a plain network has no skip connections to begin with."""

    skip: bool = Field(False, strict=True, title=_SKIP, description=_SKIP_HELP)


def build(inputs: Any, classes: int, options: ResNetOptions, depth: int) -> Any:
    """Conv 16 – (depth − 2) / 2 pairs of 3×3 convolutions in three stages – average – logits.

    ResNet-20 has 269,722 trainable parameters at 3 channels and 10 classes, the paper's 0.27 M.

    What the switches change is exactly the layers `…_add`, `…_shortcut` and `…_shortcut_channels` (skip) and
    `…_norm…` (batch norm). The convolutions never have a bias, so that they stay what they are, and
    with one seed all four variants start from the same kernels.

    Shortcuts are the paper's option A, without parameters: where a stage begins, every second pixel is kept and the
    new channels are zeros.

    Departs from the paper: the momentum of the moving statistics suits runs of a few epochs. Weight decay, warm-up
    and the shifted, mirrored images of the paper belong to training, not to the network.

    Args:
        inputs: float32 images, (n, h, w, c).
        classes: outputs.
        options: the switches.
        depth: 6n + 2, the layers that have kernels: 6n convolutions in blocks, the first one, and the head.
    """
    from keras import layers

    x = _conv(inputs, 16, 1, "stem", "", options)
    x = layers.ReLU(name="stem_relu")(x)
    for stage, width in enumerate(WIDTHS, 1):
        for block in range(1, (depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            x = _block(x, width, stride, f"stage_{stage}_block_{block}", options)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return layers.Dense(classes, kernel_initializer="he_normal", dtype="float32", name="logits")(x)


def _block(x: Any, width: int, stride: int, name: str, options: ResNetOptions) -> Any:
    from keras import layers

    start = x
    x = _conv(x, width, stride, name, "_1", options)
    x = layers.ReLU(name=f"{name}_relu_1")(x)
    x = _conv(x, width, 1, name, "_2", options)
    if options.skip:
        x = layers.Add(name=f"{name}_add")([_shortcut(start, width, stride, name), x])
    return layers.ReLU(name=f"{name}_relu_2")(x)


def _conv(x: Any, width: int, stride: int, name: str, place: str, options: ResNetOptions) -> Any:
    from keras import layers

    conv = layers.Conv2D(
        width, 3, stride, "same", use_bias=False, kernel_initializer="he_normal", name=f"{name}_conv{place}"
    )
    x = conv(x)
    if options.batch_norm:
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm{place}")(x)
    return x


def _shortcut(x: Any, width: int, stride: int, name: str) -> Any:
    """`x` as it is, or every second pixel of it and zeros for the channels that it does not have."""
    from keras import layers

    if stride == 1:
        return x
    missing = width - x.shape[-1]
    x = layers.MaxPooling2D(1, stride, name=f"{name}_shortcut")(x)  # a window of one pixel: only the stride acts
    # read as channels first, the last two axes are "height and width": so the zeros go to the channels
    pad = layers.ZeroPadding2D(
        ((0, 0), (missing // 2, missing - missing // 2)),
        data_format="channels_first",
        name=f"{name}_shortcut_channels",
    )
    return pad(x)


def parameters(options: ResNetOptions, image_shape: Shape, classes: int, depth: int) -> int:
    total, channels = 0, image_shape[2]
    widths = [16, *(width for width in WIDTHS for _ in range((depth - 2) // 3))]
    for width in widths:
        total += count.convolution(3, channels, width, bias=False) + options.batch_norm * count.batch_norm(width)
        channels = width
    return total + count.dense(channels, classes)


def check_depth(depth: int) -> None:
    """Refuse a depth that the family does not have.

    Raises:
        RecipeError: not 6n + 2, or deeper than anyone should wait for.
    """
    if depth < 8 or depth > DEEPEST or (depth - 2) % 6:
        raise RecipeError(
            N_("The depth must be 6n + 2, from {least} to {most}: {known} … Received: {depth}."),
            least=DEPTHS[0],
            most=DEEPEST,
            known=", ".join(map(str, DEPTHS)),
            depth=depth if depth < 10**6 else f"{str(depth)[:6]}…",
        )


PAPER = "He et al. 2015, Deep residual learning for image recognition, section 4.2, https://arxiv.org/abs/1512.03385"
_DEPARTS = N_("The moving averages of batch norm follow faster, because runs here are short.")
#: Titles of the members that are listed; any other's is its name in the paper, the same in every language.
_TITLES = {"resnet-20": N_("ResNet-20"), "plain-20": N_("Plain-20, without skip connections")}


def resnet(depth: int) -> Architecture:
    """The residual network of this depth."""
    check_depth(depth)
    name = f"resnet-{depth}"
    return Architecture(
        name=name,
        title=_TITLES.get(name, f"ResNet-{depth}"),
        paper=PAPER,
        summary=N_(
            "Each pair of convolutions learns only what to add to its input; the input itself goes past it on a skip "
            "connection. So the gradient finds a short way back to the first layer, and a network with more layers is "
            "not worse than one with fewer. Any depth of 6n + 2 can be had, for instance resnet-56."
        ),
        departs=_DEPARTS,
        build=partial(build, depth=depth),
        options=ResNetOptions,
        parameters=partial(parameters, depth=depth),
        sides=(4, 224),
    )


def plain(depth: int) -> Architecture:
    """The network of the same layers without skip connections."""
    check_depth(depth)
    name = f"plain-{depth}"
    return Architecture(
        name=name,
        title=_TITLES.get(name, f"Plain-{depth}"),
        paper=PAPER,
        summary=N_(
            "The same convolutions as in the residual network, one after another, without skip connections. It is here "
            "for comparison: from some depth on, more layers make it worse even on the images it was trained "
            "with. Any depth of 6n + 2 can be had, for instance plain-56."
        ),
        departs=_DEPARTS,
        build=partial(build, depth=depth),
        options=PlainOptions,
        parameters=partial(parameters, depth=depth),
        sides=(4, 224),
    )


ARCHITECTURES.add_family(Family("plain-", plain, listed=(20,)))
ARCHITECTURES.add_family(Family("resnet-", resnet, listed=(20,)))
