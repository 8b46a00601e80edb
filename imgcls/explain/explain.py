"""Explain what a model predicts: the one function that pages, command line and notebooks call."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from imgcls.errors import ImageError, InputError, UnknownNameError
from imgcls.explain.explanation import Explanation, Status, drawable, judge, softmax
from imgcls.explain.registry import Method, Subject
from imgcls.explain.registry import method as registered
from imgcls.language import N_

if TYPE_CHECKING:
    import keras

    from imgcls.explain.engine import Pass

#: Images in one pass: activations and gradients of a batch are in memory together.
BATCH = 32


def explain(
    model: keras.Model,
    images: np.ndarray,
    targets: int | Sequence[int] | np.ndarray | None,
    method: str = "grad-cam",
    layer: str | None = None,
    options: Mapping[str, Any] | BaseModel | None = None,
) -> list[Explanation]:
    """Explain each image with one method.

    The model is left as it was, to the byte. A model that another thread is training must be copied first.

    Args:
        model: a flat functional (or Sequential) Keras model with a logits head and one input `(n, h, w, c)`.
        images: `(n, h, w, c)`, float32, as the model takes them.
        targets: the class to explain: one for all, one for each image, or `None` for the predicted one.
        method: a name from `methods()`.
        layer: a name from `explainable_layers(model)`; `None` for `default_layer(model)`. Methods that work on
            pixels ignore it.
        options: the method's options; `None` for its defaults.

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
    settings = _settings(chosen, options)
    images = np.asarray(images, np.float32)
    place = _place(model, chosen, layer)
    _refuse_other_shapes(model, images)
    classes = _class_of_each(targets, len(images), model.outputs[0].shape[-1])
    return [
        explanation
        for start in range(0, len(images), BATCH)
        for explanation in _explain_batch(
            model, images[start : start + BATCH], classes[start : start + BATCH], chosen, place, settings
        )
    ]


def _explain_batch(
    model: keras.Model, images: np.ndarray, classes: np.ndarray, method: Method, layer: str | None, options: BaseModel
) -> Iterator[Explanation]:
    from imgcls.explain import engine

    start = time.perf_counter()
    seen = engine.look(model, images, classes, layer)
    classes = np.where(classes == engine.PREDICTED, seen.logits.argmax(axis=1), classes)
    mute = method.needs_layer and layer is None
    raws = None if mute else method.run(Subject(model, layer, images, classes, seen), options)
    maps = [_judged(raws, seen, index, method, images.shape[1:3]) for index in range(len(images))]
    seconds = (time.perf_counter() - start) / len(images)
    probabilities = softmax(seen.logits)
    shape = () if layer is None else seen.activations.shape[1:]
    for index, (raw, drawn, status) in enumerate(maps):
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
        )


def _judged(
    raws: np.ndarray | None, seen: Pass, index: int, method: Method, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, Status]:
    """Raw map, map to draw and status of one image."""
    blank = np.zeros(size, np.float32)
    if raws is None:
        return np.zeros((0, 0), np.float32), blank, Status.NO_SPATIAL_LAYER
    raw = raws[index].astype(np.float32)
    gradients = seen.activation_gradients if method.needs_layer else seen.input_gradients
    status = judge(raw, gradients[index]) if np.isfinite(seen.logits[index]).all() else Status.NON_FINITE
    if status == Status.OK and not method.class_specific:
        status = Status.NOT_CLASS_SPECIFIC
    return raw, drawable(raw, size) if status == Status.OK else blank, status


def _settings(method: Method, options: Mapping[str, Any] | BaseModel | None) -> BaseModel:
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


def _place(model: keras.Model, method: Method, layer: str | None) -> str | None:
    """The layer to explain: the asked one, the default one, or none for methods that work on pixels."""
    from imgcls.explain import engine

    engine.refuse_unsuitable(model)
    if not method.needs_layer:
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
