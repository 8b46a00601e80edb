"""Explain what a model predicts: the one function that pages, command line and notebooks call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from imgcls.errors import ImageError, InputError, UnknownNameError
from imgcls.explain.explanation import DRAWN, Explanation, Status, drawable, judge, softmax
from imgcls.explain.registry import Family, Method, Subject, _nobody
from imgcls.explain.registry import method as registered
from imgcls.language import N_

if TYPE_CHECKING:
    import keras


#: Images in one pass: activations and gradients of a batch are in memory together.
BATCH = 32


def explain(
    model: keras.Model,
    images: np.ndarray,
    targets: int | Sequence[int] | np.ndarray | None,
    method: str = "grad-cam",
    layer: str | None = None,
    options: Mapping[str, Any] | BaseModel | None = None,
    against: int | Sequence[int] | np.ndarray | None = None,
    values: tuple[float, float] = (0.0, 1.0),
    progress: Callable[[int, int], None] = _nobody,
) -> list[Explanation]:
    """Explain each image with one method.

    The model is left as it was, to the byte. A model that another thread is training must be copied first.

    Args:
        model: a flat functional (or Sequential) Keras model with a logits head and one input `(n, h, w, c)`.
        images: `(n, h, w, c)`, float32, as the model takes them.
        targets: the class to explain: one for all, one for each image, or `None` for the predicted one.
        method: a name from `methods()`.
        layer: a name from `explainable_layers(model)`; `None` for `default_layer(model)`. Methods that work on
            pixels ignore it; activation maximization takes the filter from it.
        options: the method's options; `None` for its defaults.
        against: the class that the target is held against, for "why 3 rather than 8": the score is then the
            difference of the two logits. One for all, one for each image, or `None`.
        values: what a black and a white pixel are in `images`: what is hidden is hidden behind colours between them.
        progress: told (done, total) passes of the image at hand by methods that take long; it may raise `Cancelled`.

    Returns:
        One `Explanation` an image, in order. Look at `status` before drawing a map.

    Raises:
        UnknownNameError: there is no such method, layer or class.
        ImageError: the images have another shape than the model takes.
        InputError: the options are refused, or the model is no flat graph that ends in logits.

    Example:
        >>> first, = explain(model, images[:1], targets=None)
        >>> first.status, first.layer, first.map.shape
        ('ok', 'max_pooling2d_1', (28, 28))
    """
    chosen = registered(method)
    settings = settings_of(chosen, options)
    images = np.asarray(images, np.float32)
    place = _place(model, chosen, layer, settings)
    _refuse_other_shapes(model, images)
    count = model.outputs[0].shape[-1]
    classes, others = _class_of_each(targets, len(images), count), _class_of_each(against, len(images), count)
    if (classes == others).any() and (others >= 0).any():
        raise InputError(N_("Expected two different classes to hold against each other. Received the same twice."))
    given = images, classes, others
    return [
        explanation
        for start in range(0, len(images), BATCH)
        for explanation in _explain_batch(
            model, place, [array[start : start + BATCH] for array in given], chosen, settings, values, progress
        )
    ]


def _explain_batch(
    model: keras.Model,
    layer: str | None,
    given: Sequence[np.ndarray],
    method: Method,
    options: BaseModel,
    values: tuple[float, float],
    progress: Callable[[int, int], None],
) -> Iterator[Explanation]:
    from imgcls.explain import engine

    images, classes, others = given
    start = time.perf_counter()
    seen = engine.look(model, images, classes, layer, others, to_image=not method.needs_layer)
    classes = np.where(classes == engine.PREDICTED, seen.logits.argmax(axis=1), classes)
    subject = Subject(model, layer, images, classes, seen, others, values, progress)
    misfit = method.misfit(layer is not None, not method.relu or engine.has_relu(model))
    found = None if misfit else method.run(subject, options)
    seconds = (time.perf_counter() - start) / len(images)
    probabilities = softmax(seen.logits)
    shape = () if layer is None else tuple(seen.activations.shape[1:])
    for index in range(len(images)):
        raw, drawn, status, picture = _judged(found, misfit, subject, index, method)
        yield Explanation(
            method=method.name,
            layer=layer,
            layer_shape=shape,
            target=int(classes[index]),
            raw=raw,
            map=drawn,
            logits=seen.logits[index],
            probabilities=probabilities[index],
            status=status,
            seconds=seconds,
            against=int(others[index]) if others[index] >= 0 else None,
            signed=method.signed,
            picture=picture,
            shows=method.shows,
            filter=getattr(options, "filter", None),
        )


#: The quantile of a map's positive values that is drawn brightest: of maps made of single pixels a few outshine all.
HIGHEST = {Family.PIXELS: 0.99}

_NO_MAP = np.zeros((0, 0), np.float32)


def _judged(
    found: np.ndarray | None, misfit: Status | None, subject: Subject, index: int, method: Method
) -> tuple[np.ndarray, np.ndarray, Status, np.ndarray | None]:
    """Raw map, map to draw, status and picture of one image."""
    size = subject.images.shape[1:3]
    blank = np.zeros(size, np.float32)
    if found is None:
        return _NO_MAP, blank, misfit or Status.NO_SPATIAL_LAYER, None
    if not np.isfinite(subject.seen.logits[index]).all() or not np.isfinite(found[index]).all():
        return (_NO_MAP if found.ndim == 4 else found[index].astype(np.float32)), blank, Status.NON_FINITE, None
    hindrance = subject.hindrances.get(index)
    if method.family == Family.SYNTHESIS:
        return _NO_MAP, blank, hindrance or Status.OK, None if hindrance else _pixels(found[index], subject.values)
    raw = found[index].astype(np.float32)
    status = judge(raw, *_causes(subject, index, method), whole=not method.needs_layer, hindrance=hindrance)
    if status == Status.OK and not method.class_specific:
        status = Status.NOT_CLASS_SPECIFIC
    highest = HIGHEST.get(method.family, 1.0)
    return raw, drawable(raw, (size[0], size[1]), highest) if status in DRAWN else blank, status, None


def _causes(subject: Subject, index: int, method: Method) -> tuple[np.ndarray, np.ndarray | None]:
    """What the map of one image was made from: a gradient, and the activations of a layer."""
    seen = subject.seen
    if not method.needs_layer:
        return seen.input_gradients[index], None
    if not method.class_specific:
        return seen.activations[index], seen.activations[index]
    return seen.activation_gradients[index], seen.activations[index]


def _pixels(image: np.ndarray, values: tuple[float, float]) -> np.ndarray:
    """An input of the model as a picture: uint8."""
    low, high = values
    return np.rint(255 * np.clip((image - low) / (high - low), 0, 1)).astype(np.uint8)


def settings_of(method: Method, options: Mapping[str, Any] | BaseModel | None) -> BaseModel:
    """The options of a method, checked.

    Raises:
        InputError: one is unknown or out of its range.
    """
    if isinstance(options, method.options):
        return options
    given = options.model_dump() if isinstance(options, BaseModel) else dict(options or {})
    try:
        return method.options.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InputError(
            N_("The option “{option}” of the method “{method}” is refused: {problem}. Received: {value}"),
            option=".".join(map(str, problem["loc"])),
            method=method.name,
            problem=problem["msg"],
            value=repr(problem["input"]),
        ) from error


def _place(model: keras.Model, method: Method, layer: str | None, options: BaseModel) -> str | None:
    """The layer to explain: the asked one, the default one, or none for methods that work on pixels."""
    from imgcls.explain import engine

    if layer is not None:
        engine.refuse_unknown_layer(model, layer)  # also where the method needs none: somebody meant something by it
    if method.family == Family.SYNTHESIS and getattr(options, "filter", None) is None:
        return None  # a class needs none
    if not method.needs_layer and method.family != Family.SYNTHESIS:
        return None
    return layer if layer is not None else engine.default_layer(model)


def _refuse_other_shapes(model: keras.Model, images: np.ndarray) -> None:
    expected = tuple(model.inputs[0].shape)
    fits = images.ndim == len(expected) and all(
        known in (None, size) for known, size in zip(expected, images.shape, strict=True)
    )
    if not fits:
        raise ImageError(
            N_("Expected images of the shape {expected} (number, height, width, channels). Received: {received}"),
            expected=_shape(expected),
            received=_shape(images.shape),
        )


def _shape(shape: tuple[int | None, ...]) -> str:
    return " × ".join("n" if size is None else str(size) for size in shape)


def _class_of_each(targets: int | Sequence[int] | np.ndarray | None, images: int, classes: int) -> np.ndarray:
    """`(images,)` int: the class to explain in each image, `PREDICTED` where none was asked for."""
    from imgcls.explain.engine import PREDICTED

    if targets is None:
        return np.full(images, PREDICTED)
    asked = np.asarray(targets)
    if asked.ndim > 1 or (asked.ndim == 1 and len(asked) != images):
        raise InputError(
            N_("Expected one class, or one for each of the {images} images. Received: {received}"),
            images=images,
            received=len(asked),
        )
    for wrong in asked[(asked < 0) | (asked >= classes)].flat[:1]:
        raise UnknownNameError(
            N_("There is no class number {target}. Expected 0 to {last}."), target=int(wrong), last=classes - 1
        )
    return np.broadcast_to(asked.astype(int), (images,))
