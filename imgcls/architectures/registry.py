"""The architectures: what each is, and how its graph is built.

Metadata is importable without Keras, because the pages list architectures in a process that must
never import it; builders import Keras inside their body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from imgcls.architectures.transfer import BodyOptions, freeze
from imgcls.errors import InputError, RecipeError
from imgcls.language import N_
from imgcls.recipe import Choice, refusal
from imgcls.registry import MISSING_ARCHITECTURE, Options, Registry

Shape = tuple[int, int, int]

#: (input tensor, number of classes, options) → logits tensor
Builder = Callable[[Any, int, Any], Any]
#: (options, image shape): raises RecipeError where the two do not go together
Check = Callable[[Any, Shape], None]
#: (options, image shape, number of classes) → parameters, the moving statistics of batch norm included; None: unknown
ParameterCount = Callable[[Any, Shape, int], int | None]
#: (options, image shape) → what leaves each part of the list that the options hold, as far as there is anything
PartShapes = Callable[[Any, Shape], list[Shape]]
#: (options) → blocks of a body that has learned before; None: only the built network knows
BlockCount = Callable[[Any], int | None]


@dataclass(frozen=True)
class Preprocessing:
    """How stored pixels (uint8, 0…255) become the network's input: `x * scale + offset`."""

    scale: float = 1 / 255
    offset: float = 0.0


@dataclass(frozen=True)
class Architecture:
    """A registered network. All but `build` can be asked without Keras.

    Args:
        name: as typed on the command line.
        title: what people call it.
        paper: authors, year, title, link.
        summary: its idea in one paragraph, marked with `N_`.
        build: input tensor, classes, options → logits.
        departs: where the network here is not the paper's, marked with `N_`; empty: nowhere.
        options: what can be chosen, with ranges and help.
        sides: the range of image sides (px) that its layers can take.
        check: refuses options that do not go with an image's shape.
        parameters: how many there are, without building the network; None: only the built network knows.
        preprocessing: what its input is made of.
        blocks: how many the body has that its options freeze and free; None: there is no such body.
        part_shapes: what leaves each part of a network that is put together part by part; None: it is not.
    """

    name: str
    title: str
    paper: str
    summary: str
    build: Builder
    departs: str = ""
    options: type[Options] = Options
    sides: tuple[int, int] = (8, 224)
    check: Check | None = None
    parameters: ParameterCount | None = None
    preprocessing: Preprocessing = Preprocessing()
    blocks: BlockCount | None = None
    part_shapes: PartShapes | None = None


@dataclass(frozen=True)
class Family:
    """Networks that differ by a number in their name: `resnet-20`, `resnet-56` …

    Args:
        prefix: the name without its number: `resnet-`.
        member: number → the architecture; raises RecipeError where there is none of this number.
        listed: the numbers that stand for the family in lists.
    """

    prefix: str
    member: Callable[[int], Architecture]
    listed: tuple[int, ...]


class Architectures(Registry[Architecture]):
    """A registry that also answers to every member of a family, though it lists only some, and to names in any case
    and without their dashes: `applications/mobilenet-v2`.
    """

    def __init__(self) -> None:
        super().__init__(MISSING_ARCHITECTURE)
        self._families: list[Family] = []

    def add_family(self, family: Family) -> None:
        self._families.append(family)
        for number in family.listed:
            self.add(family.member(number))

    def get(self, name: str) -> Architecture:
        """The architecture called `name`.

        Raises:
            UnknownNameError: no such architecture; the message lists what there is.
            RecipeError: a family has no member of this number.
        """
        if name in self._entries:
            return self._entries[name]
        for family in self._families:
            if found := re.fullmatch(re.escape(family.prefix) + r"(0|[1-9][0-9]{0,60})", name):
                return family.member(int(found[1]))
        alike = next((known for known in self._entries if _spoken(known) == _spoken(name)), name)
        return super().get(alike)

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and bool(self.get(name))
        except InputError:
            return False


def _spoken(name: str) -> str:
    """A name as one would say it: MobileNetV2 and mobilenet-v2 are one."""
    return name.casefold().replace("-", "")


ARCHITECTURES = Architectures()


def architecture_options(choice: Choice) -> Options:
    """The options of `choice`, checked by the architecture's own model."""
    try:
        return ARCHITECTURES.get(choice.name).options(**choice.options)
    except ValidationError as error:
        raise refusal(error, prefix="architecture") from None


def check_image_shape(choice: Choice, image_shape: Shape) -> None:
    """Refuse an image size that the network, with these options, cannot take.

    Raises:
        RecipeError: a side is out of the architecture's range, or the layers leave nothing of the image.
    """
    architecture = ARCHITECTURES.get(choice.name)
    smallest, largest = architecture.sides
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
    if architecture.check:
        architecture.check(architecture_options(choice), image_shape)


def possible(choice: Choice) -> Choice | None:
    """The choice, if there is such a network and its options are in range; else None."""
    try:
        architecture_options(choice)
        ARCHITECTURES.get(choice.name)
    except InputError:
        return None
    return choice


def parameter_count(choice: Choice, image_shape: Shape, classes: int) -> int | None:
    """Parameters of a network that is not built, for the page and for the limit; None: unknown until it is."""
    count = ARCHITECTURES.get(choice.name).parameters
    return None if count is None else count(architecture_options(choice), image_shape, classes)


def build_model(choice: Choice, image_shape: Shape, classes: int, seed: int) -> Any:
    """A flat functional Keras model: float32 images (n, h, w, c), preprocessed → float32 logits (n, classes).

    The same seed gives the same initial weights.
    """
    import keras

    architecture, options = ARCHITECTURES.get(choice.name), architecture_options(choice)
    check_image_shape(choice, image_shape)
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(image_shape, name="image", dtype="float32")
    logits = architecture.build(inputs, classes, options)
    model = keras.Model(inputs, logits, name=architecture.name.replace("/", "_"))
    if isinstance(options, BodyOptions):
        freeze(model, options)
    return model
