"""Keras Applications: well-known networks for photographs, with the ImageNet weights that Keras itself downloads.

https://keras.io/api/applications/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from pydantic import Field

from imgcls.architectures import convnext
from imgcls.architectures.registry import ARCHITECTURES, Architecture, Preprocessing, Shape
from imgcls.architectures.transfer import TransferOptions, fitted
from imgcls.architectures.weights.downloaded import DOWNLOADED, DownloadedWeights
from imgcls.errors import CheckpointError, MissingWeightsError
from imgcls.language import N_

_WEB = "https://storage.googleapis.com/tensorflow/keras-applications/"
#: Mean and spread of ImageNet's red, green and blue, as shares of white.
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: The name of the weights with the old head is the network's with this behind it.
WITH_HEAD = "-with-head"
IMAGENET_CLASSES = 1000
#: What `keras.applications` calls the modes "tf" (−1 to 1) and "torch" (0 to 1, normalised by channel in the graph).
_SYMMETRIC, _BY_CHANNEL = Preprocessing(1 / 127.5, -1.0), Preprocessing(1 / 255)
_outlined: ContextVar[bool] = ContextVar("outlined", default=False)


@contextmanager
def outlined() -> Iterator[None]:
    """Within the block, bodies are checked and built without their weights, and frozen as if they had them.

    What a network is made of, and what it costs, does not depend on them: it can be told before they are downloaded.
    """
    token = _outlined.set(True)
    try:
        yield
    finally:
        _outlined.reset(token)


class ApplicationOptions(TransferOptions):
    """Where the weights come from, and how much of the last feature vector is dropped in training."""

    weights: Literal["imagenet", "none"] = Field(
        "imagenet",
        title=N_("starting weights"),
        description=N_(
            "imagenet: the body already knows shapes and textures from 1.2 million photographs; its weights are "
            "downloaded once. none: everything starts from random numbers."
        ),
    )
    dropout: float = Field(
        0.2,
        ge=0,
        le=0.8,
        title=N_("dropout"),
        description=N_("The share of the features that is left out, at random, in each training step."),
    )

    @property
    def has_learned(self) -> bool:
        return self.weights == "imagenet"


@dataclass(frozen=True)
class Application:
    """One of Keras's networks.

    Args:
        weights: of the body, as Keras publishes them; their name is the network's.
        whole: the same with the old head, which answers with ImageNet's classes. Either will do for the body.
        body: images (n, side, side, 3) → features (n, `features`), all with random weights.
        features: how many.
        blocks: of the body, for freezing: its stem and, where it has one, its last convolution are one each.
        parameters: of the body, moving statistics included.
        preprocessing: how uint8 pixels become input.
    """

    weights: DownloadedWeights
    whole: DownloadedWeights
    body: Callable[[Any], Any]
    features: int
    blocks: int
    parameters: int
    preprocessing: Preprocessing

    @property
    def name(self) -> str:
        return self.weights.name

    def check(self, options: ApplicationOptions, image_shape: Shape) -> None:
        """Refuse weights that are missing or damaged, before there is a run.

        Raises:
            MissingWeightsError: they have to be downloaded first.
        """
        if options.has_learned and not _outlined.get() and not self.is_whole:
            self.weights.check()

    @property
    def is_whole(self) -> bool:
        """Whether the weights with the old head are here."""
        try:
            self.whole.check()
        except MissingWeightsError:
            return False
        return True

    def count(self, options: ApplicationOptions, image_shape: Shape, classes: int) -> int:
        """Whatever the images are, the body sees `side` × `side` pixels in three colours."""
        return self.parameters + (self.features + 1) * classes

    def build(self, inputs: Any, classes: int, options: ApplicationOptions) -> Any:
        """Keras's own layers in one flat graph – average – dropout – logits.

        With equal weights, its features are those of `preprocess_input` and the application with `pooling="avg"`. For
        ImageNet's 1,000 classes the old head is there again, where its weights are.
        """
        from keras import layers

        x = fitted(inputs, options.side, 3)
        if self.preprocessing is _BY_CHANNEL:
            variance = [spread**2 for spread in SPREAD]
            x = layers.Normalization(mean=list(MEAN), variance=variance, dtype="float32", name="normalise")(x)
        features = self.body(x)
        _name_layers(inputs, features)
        x = layers.Dropout(options.dropout, name="dropout")(features)
        head = layers.Dense(classes, dtype="float32", name="logits")
        logits = head(x)
        if options.has_learned and not _outlined.get():
            self._assign(inputs, features, head)
        return logits

    def _assign(self, inputs: Any, features: Any, head: Any) -> None:
        """Give the body its weights, and the head, too, where it is the old one.

        Raises:
            MissingWeightsError: they have to be downloaded first.
            CheckpointError: the file is not of this network.
        """
        variables = [variable for layer in _layers(inputs, features) for variable in layer.weights]
        if not self.is_whole:
            arrays = self.weights.arrays()
        elif head.units == IMAGENET_CLASSES:
            arrays, variables = self.whole.arrays(), [*variables, *head.weights]
        else:
            arrays = self.whole.arrays()[:-2]  # the old head's kernel and bias come last
        assign(variables, arrays, self.name)


def _keras_body(x: Any, function: str, **settings: Any) -> Any:
    """What `keras.applications` builds on `x`, averaged. Only its output is used, so that the graph stays flat."""
    import keras

    body = getattr(keras.applications, function)(include_top=False, weights=None, input_tensor=x, **settings)
    return keras.layers.GlobalAveragePooling2D(name="average")(body.output)


def _convnext_body(x: Any) -> Any:
    """Keras's ConvNeXt is nested and has a layer of its own, so it is built from standard layers here.

    The weights are the same, in the same order; LayerScale is an `EinsumDense` here, and what Keras writes as a
    convolution in as many groups as channels is a depthwise one.
    """
    return convnext.body(x, convnext.ConvNeXtOptions(width=96, depth=3, patch=4), padding="valid")


def _layers(inputs: Any, output: Any) -> list[Any]:
    import keras

    return list(keras.Model(inputs, output, name="body").layers)


def _name_layers(inputs: Any, features: Any) -> None:
    """Name anew what Keras named by counting: the same network has the same names, however many were built before it.

    Computed features are kept by the body's settings, names included.
    """
    places: dict[str, int] = {}
    for layer in _layers(inputs, features):
        if found := re.fullmatch(r"(zero_padding2d)(_\d+)?", layer.name):
            places[found[1]] = places.get(found[1], 0) + 1
            layer.name = f"{found[1]}_{places[found[1]]}"


def assign(variables: list[Any], arrays: list[np.ndarray], name: str) -> None:
    """Give variables the arrays of a file, in its order, which is the order of the layers.

    Raises:
        CheckpointError: the file is not of the network `name`.
    """
    if [_bare(variable.shape) for variable in variables] != [_bare(array.shape) for array in arrays]:
        raise CheckpointError(
            N_("Expected the weights of {name}: {wanted} arrays. Received {found} arrays, or some of other shapes."),
            name=name,
            wanted=len(variables),
            found=len(arrays),
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(np.reshape(array, variable.shape))


def _bare(shape: Any) -> list[int]:
    """A shape without its ones: a kernel of one input channel and one of one output channel lie in memory alike."""
    return [size for size in shape if size != 1]


def _add(application: Application, title: str, paper: str, summary: str) -> None:
    DOWNLOADED.add(application.weights)
    DOWNLOADED.add(application.whole)
    ARCHITECTURES.add(
        Architecture(
            name=f"applications/{application.name}",
            title=title,
            paper=paper,
            summary=summary,
            build=application.build,
            options=ApplicationOptions,
            check=application.check,
            parameters=application.count,
            preprocessing=application.preprocessing,
            blocks=lambda options: application.blocks,
        )
    )


_add(
    Application(
        DownloadedWeights(
            name="MobileNetV2",
            url=f"{_WEB}mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
            size=9_406_464,  # Keras publishes no checksum of this one
        ),
        DownloadedWeights(
            name=f"MobileNetV2{WITH_HEAD}",
            url=f"{_WEB}mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
            size=14_536_120,  # Keras publishes no checksum of this one
        ),
        partial(_keras_body, function="MobileNetV2"),
        features=1280,
        blocks=19,
        parameters=2_257_984,
        preprocessing=_SYMMETRIC,
    ),
    title=N_("MobileNetV2 (Keras Applications)"),
    paper=(
        "Sandler et al. 2018, MobileNetV2: Inverted residuals and linear bottlenecks, https://arxiv.org/abs/1801.04381"
    ),
    summary=N_(
        "Made for telephones: blocks that widen the channels, look around in each channel by itself and narrow them "
        "again. The smallest and fastest of the networks whose weights can be downloaded (9 MB)."
    ),
)
_add(
    Application(
        DownloadedWeights(
            name="ResNet50V2",
            url=f"{_WEB}resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
            size=94_668_760,
            checksum="fac2f116257151a9d068a22e544a4917",
        ),
        DownloadedWeights(
            name=f"ResNet50V2{WITH_HEAD}",
            url=f"{_WEB}resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels.h5",
            size=102_869_336,
            checksum="3ef43a0b657b3be2300d5770ece849e0",
        ),
        partial(_keras_body, function="ResNet50V2"),
        features=2048,
        blocks=17,
        parameters=23_564_800,
        preprocessing=_SYMMETRIC,
    ),
    title=N_("ResNet50V2 (Keras Applications)"),
    paper="He et al. 2016, Identity mappings in deep residual networks, https://arxiv.org/abs/1603.05027",
    summary=N_(
        "Fifty layers with skip connections, each block normalised before it computes, so that the way along the "
        "skips is free from end to end. Its weights (95 MB) are downloaded once."
    ),
)
_add(
    Application(
        DownloadedWeights(
            name="DenseNet121",
            url=f"{_WEB}densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
            size=29_084_464,
            checksum="30ee3e1110167f948a6b9946edeeb738",
        ),
        DownloadedWeights(
            name=f"DenseNet121{WITH_HEAD}",
            url=f"{_WEB}densenet/densenet121_weights_tf_dim_ordering_tf_kernels.h5",
            size=33_188_688,
            checksum="9d60b8095a5708f2dcce2bca79d332c7",
        ),
        partial(_keras_body, function="DenseNet121"),
        features=1024,
        blocks=62,
        parameters=7_037_504,
        preprocessing=_BY_CHANNEL,
    ),
    title=N_("DenseNet121 (Keras Applications)"),
    paper="Huang et al. 2017, Densely connected convolutional networks, https://arxiv.org/abs/1608.06993",
    summary=N_(
        "Each layer sees the outputs of all layers before it, set side by side: few parameters, much memory. Its "
        "weights (29 MB) are downloaded once."
    ),
)
_add(
    Application(
        DownloadedWeights(
            name="EfficientNetV2B0",
            url=f"{_WEB}efficientnet_v2/efficientnetv2-b0_notop.h5",
            size=24_274_472,
            checksum="893217f2bb855e2983157299931e43ff",
        ),
        DownloadedWeights(
            name=f"EfficientNetV2B0{WITH_HEAD}",
            url=f"{_WEB}efficientnet_v2/efficientnetv2-b0.h5",
            size=29_403_144,
            checksum="21ecbf6da12460d5c40bb2f29ceb2188",
        ),
        partial(_keras_body, function="EfficientNetV2B0", include_preprocessing=False),
        features=1280,
        blocks=23,
        parameters=5_919_312,
        preprocessing=_BY_CHANNEL,
    ),
    title=N_("EfficientNetV2-B0 (Keras Applications)"),
    paper="Tan, Le 2021, EfficientNetV2: Smaller models and faster training, https://arxiv.org/abs/2104.00298",
    summary=N_(
        "Found by a search that also counted how long training takes: plain convolutions in the first blocks, "
        "depthwise ones with squeeze and excitation in the later. Its weights (24 MB) are downloaded once."
    ),
)
_add(
    Application(
        DownloadedWeights(
            name="ConvNeXtTiny",
            url=f"{_WEB}convnext/convnext_tiny_notop.h5",
            size=111_650_432,
            checksum="d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
        ),
        DownloadedWeights(
            name=f"ConvNeXtTiny{WITH_HEAD}",
            url=f"{_WEB}convnext/convnext_tiny.h5",
            size=114_731_000,
            checksum="8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        ),
        _convnext_body,
        features=768,
        blocks=22,
        parameters=27_820_128,
        preprocessing=_BY_CHANNEL,
    ),
    title=N_("ConvNeXt-T (Keras Applications)"),
    paper="Liu et al. 2022, A ConvNet for the 2020s, https://arxiv.org/abs/2201.03545",
    summary=N_(
        "A convolutional network with the habits of a transformer: patches, large depthwise kernels, few activations. "
        "The largest and most accurate of the networks whose weights can be downloaded (112 MB)."
    ),
)
