"""The explanation methods: what each one asks, costs and cannot say, beside the function that does it.

A method is a plain function from a `Subject` to raw maps; registering it is enough to have it listed,
offered, documented and tested. One method, one file, one test file, all of the same name:

    @register_method("grad-cam", title=N_("Grad-CAM"), ...)
    def grad_cam(subject: Subject, options: NoOptions) -> np.ndarray: ...

This module and the files of the methods are read by the Streamlit server, so they import Keras and
TensorFlow inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from imgcls.errors import UnknownNameError
from imgcls.explain.explanation import Shows, Status, softmax
from imgcls.language import N_
from imgcls.registry import Options

if TYPE_CHECKING:
    from imgcls.explain.engine import Pass


class NoOptions(Options):
    """The options of a method that has nothing to choose."""


class Family(StrEnum):
    """What a method looks at."""

    LAYER = "layer"  # activations of a chosen layer: class activation maps
    PIXELS = "pixels"  # the gradient with respect to the image
    HIDING = "hiding"  # the answers to changed copies of the image, the network a black box
    SYNTHESIS = "synthesis"  # it makes a picture, and looks at none


FAMILY_WORDS = {
    Family.LAYER: N_("what a layer found"),
    Family.PIXELS: N_("the gradient at the pixels"),
    Family.HIDING: N_("hiding parts of the picture"),
    Family.SYNTHESIS: N_("a picture made by the network"),
}

#: Images in one pass of methods that ask many questions.
AT_ONCE = 32


def _nobody(done: int, total: int) -> None:
    """For those who do not ask how far it is."""


@dataclass(frozen=True)
class Size:
    """What a method's price depends on: the image (height, width) and the number of channels of the layer."""

    height: int
    width: int
    layer_channels: int = 0


@dataclass(frozen=True, eq=False)
class Subject:
    """What a method is given to explain: a model, its images, and what one traced pass saw in them.

    Args:
        model: a flat functional Keras model with a logits head. Methods never change it.
        layer: name of the chosen layer; `None` where the model has no spatial layer, which only
            methods of other families than `Family.LAYER` are asked to explain.
        images: `(n, h, w, c)` float32, as the model takes them.
        targets: `(n,)` int, the class to explain in each image.
        seen: the pass over exactly these images and targets.
        against: `(n,)` int, the class that each target is held against, or -1 for none.
        values: what a black and a white pixel are in `images`.
        progress: told (done, total) now and then; it raises `Cancelled` when nobody waits any more.
        hindrances: by image, what only the method can know to be in the way of a map; a method writes it here.
    """

    model: Any
    layer: str | None
    images: np.ndarray
    targets: np.ndarray
    seen: Pass
    against: np.ndarray
    values: tuple[float, float] = (0.0, 1.0)
    progress: Callable[[int, int], None] = field(default=_nobody)
    hindrances: dict[int, Status] = field(default_factory=dict)

    def look(self, images: np.ndarray, places: np.ndarray, layer: str | None = None) -> Pass:
        """A pass over changed images, with gradients.

        Args:
            images: `(m, h, w, c)` float32; `m` is free.
            places: `(m,)` int, the image that each is a changed copy of.
            layer: the layer that is looked at; `None` for the pixels alone.
        """
        from imgcls.explain import engine

        return engine.look(self.model, images, self.targets[places], layer, self.against[places])

    def scores(self, images: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The score of changed images: the logit of the target, less that of the class it is held against: `(m,)`."""
        return self._of_classes(self._logits(images), places)

    def probabilities(self, images: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The same with probabilities in place of logits: `(m,)`."""
        return self._of_classes(softmax(self._logits(images)), places)

    def _logits(self, images: np.ndarray) -> np.ndarray:
        from imgcls.explain import engine

        return engine.scores(self.model, images, AT_ONCE)

    def _of_classes(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        rows, against = np.arange(len(values)), self.against[places]
        own: np.ndarray = values[rows, self.targets[places]]
        return own - np.where(against < 0, 0, values[rows, np.maximum(against, 0)])


#: From a subject and the method's validated options to raw signed maps `(n, h', w')`, float32; a method of
#: `Family.SYNTHESIS` makes images `(n, h, w, c)` in the values of the model's input.
Run = Callable[[Subject, Any], np.ndarray]
#: From the options and the size to the number of images that pass through the network, a pass back counted as two.
Passes = Callable[[Any, Size], int]


@dataclass(frozen=True)
class Method:
    """One explanation method and what its reader should know. Texts are marked with `N_`.

    Args:
        name: as typed on the command line, e.g. `"grad-cam"`.
        title: as its paper calls it.
        paper: authors, year, link.
        question: the question its map answers, in one sentence.
        limits_text: what it cannot say.
        cost: what it costs, in passes through the network.
        family: what it looks at.
        passes: how many images pass through the network for one explanation.
        options: pydantic model with defaults, ranges and help; pages and CLI build controls from it.
        class_specific: whether the map depends on the chosen class at all (Eigen-CAM's does not).
        signed: whether below zero means evidence against the class; otherwise raw maps have no negative part
            that means something.
        relu: whether it needs a ReLU in the network to differ from the plain gradient.
        run: the method itself.
    """

    name: str
    title: str
    paper: str
    question: str
    limits_text: str
    cost: str
    family: Family
    passes: Passes
    options: type[Options]
    class_specific: bool
    signed: bool
    relu: bool
    run: Run

    @property
    def needs_layer(self) -> bool:
        """Whether the map lives on a chosen layer."""
        return self.family == Family.LAYER

    @property
    def shows(self) -> Shows:
        """What its map is a map of."""
        if self.family == Family.SYNTHESIS:
            return Shows.PICTURE
        if not self.class_specific:
            return Shows.STRUCTURE
        return Shows.REACTION if self.family == Family.PIXELS and not self.signed else Shows.EVIDENCE

    @property
    def is_heavy(self) -> bool:
        """Whether it asks the network so often that its price is told before it starts."""
        return self.passes(self.options(), Size(224, 224, 256)) > HEAVY

    def misfit(self, has_layer: bool, has_relu: bool) -> Status | None:
        """Why the method says nothing about a network; `None` where it fits.

        Args:
            has_layer: whether some layer's output has a height and a width.
            has_relu: whether the network has a ReLU or ReLU6.
        """
        if self.needs_layer and not has_layer:
            return Status.NO_SPATIAL_LAYER
        if self.relu and not has_relu:
            return Status.NO_RELU
        return None


#: Passes through the network above which a method is priced before it starts.
HEAVY = 100


_METHODS: dict[str, Method] = {}


def register_method(
    name: str,
    *,
    title: str,
    paper: str,
    question: str,
    limits_text: str,
    cost: str,
    family: Family,
    passes: Passes = lambda options, size: 3,
    options: type[Options] = NoOptions,
    class_specific: bool = True,
    signed: bool = True,
    relu: bool = False,
) -> Callable[[Run], Run]:
    """Register the decorated function as the method `name`; `Method` describes the arguments.

    Raises:
        ValueError: the name is taken.
    """

    def register(run: Run) -> Run:
        if name in _METHODS:
            raise ValueError(f"Expected a new method name. Received: {name!r}, which is registered already.")
        words = (name, title, paper, question, limits_text, cost)
        _METHODS[name] = Method(*words, family, passes, options, class_specific, signed, relu, run)
        return run

    return register


def method(name: str) -> Method:
    """The registered method `name`.

    Raises:
        UnknownNameError: there is none of this name.
    """
    if name not in _METHODS:
        raise UnknownNameError(
            N_("There is no explanation method “{name}”. Expected one of: {known}."),
            name=name,
            known=", ".join(_METHODS),
        )
    return _METHODS[name]


def methods() -> list[Method]:
    """All registered methods, in the order of registration."""
    return list(_METHODS.values())
