"""One traced pass: activations, both gradients and logits, from which every gradient method follows.

For each pair of model and layer there is one `tf.function`. It returns `(A, dS/dA, dS/dx, logits)`,
where A is the layer's output, x the image and S the *logit* of the chosen class. The logit and not the
softmax: at a probability of 1.0 the softmax's gradient is 0 and the map would be blank. Who does not want
dS/dx gets another one without: it would go back through all that stands before the layer.

What the engine keeps to:
- `training=False` always. In training mode batch normalization would overwrite its moving statistics, and
  one explanation would damage the model.
- No XLA: on a CPU it makes the pass several times slower.
- It never changes weights, statistics or optimizer state, and may be called from several threads. It reads
  the weights as they are: who explains a model *while it is being trained* hands over a copy.

Models are flat functional graphs (or `Sequential`) with one input `(n, h, w, c)`, channels last, and a head
of logits. This module imports TensorFlow; import it inside functions.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from imgcls.errors import InputError, UnknownNameError
from imgcls.language import N_
from imgcls.registry import likely

#: In place of a target: explain the class that the model predicts.
PREDICTED = -1
#: In place of a class to subtract: subtract nothing.
NOTHING = -1

_MARK = "imgcls_explained"  # a name of our own leaves Keras' counter of automatic names alone


class Pass(NamedTuple):
    """What one pass over n images saw. All arrays are float32, whatever the model computes in.

    `activations` and `activation_gradients` are `(n, h', w', k)`, `input_gradients` is `(n, h, w, c)`; what was not
    asked for is `(n, 0, 0, 0)`. `logits` is `(n, classes)`.
    """

    activations: np.ndarray
    activation_gradients: np.ndarray
    input_gradients: np.ndarray
    logits: np.ndarray


class _Traced:
    """What is kept for one model: its spatial outputs and the traced function of each layer.

    It refers to the model's layers and never to the model itself, so that the cache, which holds
    models weakly, lets go of a model when everyone else has.
    """

    def __init__(self, model: keras.Model) -> None:
        self.images = model.inputs[0]
        self.logits = model.outputs[0]
        self.spatial = _spatial_outputs(model)
        self.layers = _described(model, self.spatial)
        maps = [layer for layer in self.layers if layer["shape"][:2] != (1, 1)]
        self.default: str | None = (maps or self.layers)[-1]["name"] if self.layers else None
        self.functions: dict[tuple[str | None, str], Callable[..., Any]] = {}

    def function(self, layer: str | None, to_image: bool) -> Callable[..., Any]:
        def make() -> Callable[..., Any]:
            outputs = self.logits if layer is None else [self.spatial[layer], self.logits]
            return _trace(keras.Model(self.images, outputs, name=_MARK), to_image)

        return self._kept((layer, "image" if to_image else "layer"), make)

    def forward(self) -> Callable[..., Any]:
        return self._kept((None, "forward"), lambda: _trace_forward(self._whole()))

    def guided_backward(self) -> Callable[..., Any]:
        return self._kept((None, "guided"), lambda: _trace_guided(self._whole()))

    def _kept(self, key: tuple[str | None, str], make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        if key not in self.functions:
            self.functions[key] = make()
        return self.functions[key]

    def _whole(self) -> keras.Model:
        return keras.Model(self.images, self.logits, name=_MARK)


#: Operations whose gradient `guided` replaces, and the name under which TensorFlow knows the replacement.
_GUIDED = {"Relu": "ImgclsGuidedRelu", "Relu6": "ImgclsGuidedRelu6"}

_cache: weakref.WeakKeyDictionary[keras.Model, _Traced] = weakref.WeakKeyDictionary()
_lock = threading.RLock()  # building and tracing take turns; the traced functions themselves run side by side


def explainable_layers(model: keras.Model) -> list[dict[str, Any]]:
    """The layers whose output has a height and a width, in the order in which they are executed.

    Returns:
        One dict a layer: `name`, `kind` (the class of the layer, e.g. `"Conv2D"`) and `shape`, `(h', w', k)`,
        with `None` where a model of free input size does not know. A shared layer stands where it is last used.
    """
    with _lock:
        return [dict(layer) for layer in _traced(model).layers]


def default_layer(model: keras.Model) -> str | None:
    """The last executed layer whose map has more than one place.

    The last *convolution* would be the wrong choice: MobileNet's is 1×1, and the last ones of DenseNet and of
    ResNet V2 stand before the final concatenation or addition.

    Returns:
        Its name; the last spatial layer if all of them are 1×1; `None` for a model without any, such as an MLP.
    """
    with _lock:
        return _traced(model).default


def look(
    model: keras.Model,
    images: np.ndarray,
    targets: np.ndarray,
    layer: str | None,
    against: np.ndarray | None = None,
    to_image: bool = True,
) -> Pass:
    """One traced pass; the first for a model and layer traces for up to a second, later ones take milliseconds.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        targets: `(n,)` int, the class whose logit is differentiated, or `PREDICTED`.
        layer: a name from `explainable_layers`, or `None` for the input's gradient and the logits alone.
        against: `(n,)` int, a class whose logit is subtracted from the target's before it is differentiated ("why 3
            rather than 8"), or `NOTHING`; `None` for nothing at all.
        to_image: whether the gradient goes on from the layer to the image, which costs about as much again as the
            layers before took; without a layer it always does.

    Raises:
        UnknownNameError: no layer of this name has a map.
        InputError: the model is no flat graph with one input and logits.
    """
    with _lock:
        traced = _traced(model)
        if layer is not None:
            refuse_unknown_layer(model, layer)
        function = traced.function(layer, to_image or layer is None)
    against = np.full(len(images), NOTHING) if against is None else against
    given = tf.constant(images, tf.float32), _numbers(targets), _numbers(against)
    *gradients, logits = [array.numpy() for array in function(*given)]
    nothing = np.zeros((len(images), 0, 0, 0), np.float32)
    if layer is None:
        return Pass(nothing, nothing, gradients[0], logits)
    activations, by_layer = gradients[:2]
    return Pass(activations, by_layer, gradients[2] if to_image else nothing, logits)


def refuse_unknown_layer(model: keras.Model, layer: str) -> None:
    """Raise an `UnknownNameError` for a layer whose output has no height and width, or that is not there."""
    with _lock:
        known = list(_traced(model).spatial)
    if layer not in known:
        raise UnknownNameError(
            N_("There is no layer “{name}” with a height and a width. Expected one of: {known}."),
            name=layer,
            known=likely(layer, known) or "–",
        )


def scores(model: keras.Model, images: np.ndarray, most: int = 64) -> np.ndarray:
    """The logits of any number of images, `most` at a time, without gradients: `(n, classes)` float32."""
    with _lock:
        function = _traced(model).forward()
    parts = [images[start : start + most] for start in range(0, len(images), most)]
    return np.concatenate([function(tf.constant(part, tf.float32)).numpy() for part in parts])


def guided(
    model: keras.Model, images: np.ndarray, targets: np.ndarray, against: np.ndarray | None = None
) -> np.ndarray:
    """The gradient of the score with respect to the image, only what is positive passing back through each ReLU.

    Guided backpropagation (Springenberg et al. 2015). The rule is set on the graph's operations and not on layers,
    so it holds for every Relu and Relu6, wherever a model uses them.

    Returns:
        `(n, h, w, c)` float32.
    """
    with _lock:
        function = _traced(model).guided_backward()
    against = np.full(len(images), NOTHING) if against is None else against
    return np.asarray(function(tf.constant(images, tf.float32), _numbers(targets), _numbers(against)))


def _numbers(classes: np.ndarray) -> tf.Tensor:
    """Class numbers as a tensor; those of one image are asked for again and again, and making one takes a while."""
    return _number(int(classes[0])) if len(classes) == 1 else tf.constant(classes, tf.int32)


@lru_cache(maxsize=256)
def _number(one: int) -> tf.Tensor:
    return tf.constant([one], tf.int32)


def output_of(model: keras.Model, layer: str) -> Any:
    """The symbolic output of a layer from `explainable_layers`."""
    with _lock:
        return _traced(model).spatial[layer]


def has_relu(model: keras.Model) -> bool:
    """Whether the graph of the model holds a Relu or Relu6, on which `guided` does anything at all."""
    with _lock:
        graph: tf.Graph = _traced(model).forward().graph  # type: ignore[attr-defined]  # a concrete function has one
    return any(operation.type in _GUIDED for operation in graph.get_operations())


def _traced(model: keras.Model) -> _Traced:
    known = _cache.get(model)
    # a Sequential that has grown since has another output
    if known is None or known.logits is not model.outputs[0]:
        refuse_unsuitable(model)
        known = _cache[model] = _Traced(model)
    return known


def refuse_unsuitable(model: keras.Model) -> None:
    """Raise an `InputError` for a model that is no flat graph with one input and an output of logits."""
    graph = isinstance(model, keras.Sequential) or hasattr(model, "operations")
    if not graph or not model.built or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise InputError(
            N_("Expected a built functional or Sequential model with one input and one output. Received: {model}"),
            model=f"{type(model).__name__} “{model.name}”",
        )
    if getattr(model.layers[-1], "activation", None) is keras.activations.softmax:
        raise InputError(N_("Expected a model that ends in logits. Received one that ends in a softmax."))


def _executed(model: keras.Model) -> Iterator[Any]:
    """The nodes of the graph in the order in which Keras runs them (`Function._run_through_graph`)."""
    graph = keras.Model(model.inputs, model.outputs, name=_MARK)  # flattens a Sequential as well
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        yield from graph._nodes_by_depth[depth]


def _spatial_outputs(model: keras.Model) -> dict[str, Any]:
    """The output `(n, h', w', k)` of each layer that has one; a shared layer's is that of its last call."""
    found: dict[str, Any] = {}
    for node in _executed(model):
        if not node.is_input and len(node.outputs) == 1 and len(node.outputs[0].shape) == 4:
            found.pop(node.operation.name, None)  # so that it moves to the end
            found[node.operation.name] = node.outputs[0]
    return found


def _described(model: keras.Model, spatial: dict[str, Any]) -> list[dict[str, Any]]:
    """What `explainable_layers` tells, made once: of a large network it takes a tenth of what an explanation does."""
    kinds = {operation.name: type(operation).__name__ for operation in model.layers}
    return [
        {"name": name, "kind": kinds.get(name, "Operation"), "shape": tuple(output.shape[1:])}
        for name, output in spatial.items()
    ]


def _trace(seen: keras.Model, to_image: bool) -> Callable[..., Any]:
    """The concrete function of a model with outputs `[A, logits]` or `logits`.

    Returns:
        From images and targets to `(A, dS/dA, dS/dx, logits)` or `(dS/dx, logits)`, all float32; dS/dx only if the
        gradient is to go on `to_image`.
    """

    def run(images: tf.Tensor, targets: tf.Tensor, against: tf.Tensor) -> tuple[tf.Tensor, ...]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = seen(images, training=False)
            *activations, logits = outputs if isinstance(outputs, list) else [outputs]
            logits = tf.cast(logits, tf.float32)
        # of all scores together: images do not mix at inference, so each gradient is its own image's
        sources = [*activations, images] if to_image else activations
        asked = _asked(logits, targets, against)
        gradients = tape.gradient(logits, sources, asked, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return tuple(tf.cast(array, tf.float32) for array in (*activations, *gradients, logits))

    return _concrete(run, [_images_of(seen), *_CLASSES])


def _trace_forward(whole: keras.Model) -> Callable[..., Any]:
    return _concrete(lambda images: tf.cast(whole(images, training=False), tf.float32), [_images_of(whole)])


def _trace_guided(whole: keras.Model) -> Callable[..., Any]:
    def run(images: tf.Tensor, targets: tf.Tensor, against: tf.Tensor) -> tf.Tensor:
        with tf.compat.v1.get_default_graph().gradient_override_map(_GUIDED):
            logits = tf.cast(whole(images, training=False), tf.float32)
        # a tape would not know of the replacement: it looks gradients up by the operation's own name
        asked = _asked(logits, targets, against)
        gradients = tf.gradients(logits, images, asked, unconnected_gradients="zero")
        return tf.cast(gradients[0], tf.float32)

    return _concrete(run, [_images_of(whole), *_CLASSES])


_CLASSES = [tf.TensorSpec((None,), tf.int32)] * 2


def _images_of(model: keras.Model) -> tf.TensorSpec:
    return tf.TensorSpec((None, *model.inputs[0].shape[1:]), tf.float32)


def _concrete(run: Callable[..., Any], signature: list[tf.TensorSpec]) -> Callable[..., Any]:
    return tf.function(run, input_signature=signature, autograph=False, jit_compile=False).get_concrete_function()


def _asked(logits: tf.Tensor, targets: tf.Tensor, against: tf.Tensor) -> tf.Tensor:
    """The derivative of the score with respect to the logits, `(n, classes)`.

    The score is the logit of the target, less that of the class it is held against. Its derivative is 1 there and -1
    here: to gather the logits themselves and differentiate that would take some seventy small operations more, which on
    a small network cost as much as the network.
    """
    classes = tf.shape(logits)[1]
    predicted = tf.argmax(logits, axis=1, output_type=tf.int32)
    # `NOTHING` is no class, so its row is all 0
    return tf.one_hot(tf.where(targets == PREDICTED, predicted, targets), classes) - tf.one_hot(against, classes)


@tf.RegisterGradient("ImgclsGuidedRelu")
def _guided_relu(operation: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
    passes = tf.logical_and(operation.inputs[0] > 0, gradient > 0)
    return tf.where(passes, gradient, tf.zeros_like(gradient))


@tf.RegisterGradient("ImgclsGuidedRelu6")
def _guided_relu6(operation: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
    seen = operation.inputs[0]
    passes = tf.logical_and(tf.logical_and(seen > 0, seen < 6), gradient > 0)
    return tf.where(passes, gradient, tf.zeros_like(gradient))
