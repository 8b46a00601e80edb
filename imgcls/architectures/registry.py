"""The architectures: what each is, and how its graph is built.

Metadata is importable without Keras, because the pages list architectures in a process that must
never import it; builders import Keras inside their body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from imgcls.errors import RecipeError
from imgcls.language import N_
from imgcls.recipe import Choice, refusal
from imgcls.registry import MISSING_ARCHITECTURE, Options, Registry

#: (input tensor, number of classes, options) → logits tensor
Builder = Callable[[Any, int, Any], Any]


@dataclass(frozen=True)
class Preprocessing:
    """How stored pixels (uint8, 0…255) become the network's input: `x * scale + offset`."""

    scale: float = 1 / 255
    offset: float = 0.0


@dataclass(frozen=True)
class Architecture:
    """A registered network. `sides` is the range of image sides (px) that its layers can take."""

    name: str
    title: str
    paper: str
    summary: str
    build: Builder
    options: type[Options] = Options
    sides: tuple[int, int] = (8, 224)
    preprocessing: Preprocessing = Preprocessing()


ARCHITECTURES: Registry[Architecture] = Registry(MISSING_ARCHITECTURE)


def architecture_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the architecture's own model."""
    try:
        return ARCHITECTURES.get(choice.name).options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix="architecture") from None


def check_image_shape(choice: Choice, image_shape: tuple[int, int, int]) -> None:
    """Refuse an image size that the network cannot take.

    Raises:
        RecipeError: a side is out of the architecture's range.
    """
    smallest, largest = ARCHITECTURES.get(choice.name).sides
    height, width, _ = image_shape
    if min(height, width) < smallest or max(height, width) > largest:
        raise RecipeError(
            N_("{name} takes images from {smallest} to {largest} pixels a side. Received: {height} × {width}."),
            name=choice.name,
            smallest=smallest,
            largest=largest,
            height=height,
            width=width,
        )


def build_model(
    choice: Choice, image_shape: tuple[int, int, int], classes: int, seed: int, precision: str = "float32"
) -> Any:
    """A flat functional Keras model: float32 images (n, h, w, c), preprocessed → float32 logits (n, classes).

    The same seed gives the same initial weights. `precision` is the layers' dtype policy; the logits stay float32.
    """
    import keras

    options = architecture_options(choice)
    check_image_shape(choice, image_shape)
    keras.utils.set_random_seed(seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        inputs = keras.Input(image_shape, name="image", dtype="float32")
        logits = ARCHITECTURES.get(choice.name).build(inputs, classes, options)
        return keras.Model(inputs, logits, name=choice.name.replace("/", "_"))
    finally:
        keras.config.set_dtype_policy(before)
