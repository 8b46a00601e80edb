"""Architectures: a registry and one file per network."""

from imgcls.architectures import seed_cnn as seed_cnn
from imgcls.architectures.registry import (
    ARCHITECTURES,
    Architecture,
    Preprocessing,
    architecture_options,
    build_model,
    check_image_shape,
)

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Preprocessing",
    "architecture_options",
    "build_model",
    "check_image_shape",
]
