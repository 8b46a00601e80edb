"""Architectures: a registry and one file per network."""

# isort: off
# in the order of every list: from the simple to the deep
from imgcls.architectures import linear as linear
from imgcls.architectures import mlp as mlp
from imgcls.architectures import seed_cnn as seed_cnn
from imgcls.architectures import lenet5 as lenet5
from imgcls.architectures import cnn as cnn
from imgcls.architectures import resnet as resnet
from imgcls.architectures import densenet as densenet
from imgcls.architectures import mobilenet_v2 as mobilenet_v2
from imgcls.architectures import convnext as convnext
from imgcls.architectures import vit_tiny as vit_tiny
from imgcls.architectures import efficientnet_lite0 as efficientnet_lite0
from imgcls.architectures import from_run as from_run
from imgcls.architectures import applications as applications

# isort: on
from imgcls.architectures.registry import (
    ARCHITECTURES,
    Architecture,
    Preprocessing,
    architecture_options,
    build_model,
    check_image_shape,
    parameter_count,
    possible,
)

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Preprocessing",
    "architecture_options",
    "build_model",
    "check_image_shape",
    "parameter_count",
    "possible",
]
