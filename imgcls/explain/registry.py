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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from imgcls.errors import UnknownNameError
from imgcls.language import N_

if TYPE_CHECKING:
    from imgcls.explain.engine import Pass


class NoOptions(BaseModel):
    """The options of a method that has nothing to choose."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, eq=False)
class Subject:
    """What a method is given to explain: a model, its images, and what one traced pass saw in them.

    Args:
        model: a flat functional Keras model with a logits head. Methods never change it.
        layer: name of the chosen layer; `None` where the model has no spatial layer, which only
            methods with `needs_layer=False` are asked to explain.
        images: `(n, h, w, c)` float32, as the model takes them.
        targets: `(n,)` int, the class to explain in each image.
        seen: the pass over exactly these images and targets.
    """

    model: Any
    layer: str | None
    images: np.ndarray
    targets: np.ndarray
    seen: Pass

    def look(self, images: np.ndarray, targets: np.ndarray) -> Pass:
        """Another pass at the same layer, for methods that ask about changed images.

        Args:
            images: `(m, h, w, c)` float32; `m` is free.
            targets: `(m,)` int.
        """
        from imgcls.explain import engine

        return engine.look(self.model, images, targets, self.layer)


#: From a subject and the method's validated options to raw signed maps `(n, h', w')`, float32.
Run = Callable[[Subject, Any], np.ndarray]


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
        options: pydantic model with defaults, ranges and help; pages and CLI build controls from it.
        needs_layer: whether the map lives on a chosen layer (class activation) or on the input's pixels.
        class_specific: whether the map depends on the chosen class at all (Eigen-CAM's does not).
        run: the method itself.
    """

    name: str
    title: str
    paper: str
    question: str
    limits_text: str
    cost: str
    options: type[BaseModel]
    needs_layer: bool
    class_specific: bool
    run: Run


_METHODS: dict[str, Method] = {}


def register_method(
    name: str,
    *,
    title: str,
    paper: str,
    question: str,
    limits_text: str,
    cost: str,
    options: type[BaseModel] = NoOptions,
    needs_layer: bool,
    class_specific: bool = True,
) -> Callable[[Run], Run]:
    """Register the decorated function as the method `name`; `Method` describes the arguments.

    Raises:
        ValueError: the name is taken.
    """

    def register(run: Run) -> Run:
        if name in _METHODS:
            raise ValueError(f"Expected a new method name. Received: {name!r}, which is registered already.")
        _METHODS[name] = Method(
            name, title, paper, question, limits_text, cost, options, needs_layer, class_specific, run
        )
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
