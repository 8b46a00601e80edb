"""One traced pass: activations, both gradients and logits, from which every gradient method follows.

For each pair of model and layer there is one `tf.function`. It returns `(A, dS/dA, dS/dx, logits)`,
where A is the layer's output, x the image and S the *logit* of the chosen class. The logit and not the
softmax: at a probability of 1.0 the softmax's gradient is 0 and the map would be blank.

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
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from imgcls.errors import InputError, UnknownNameError
from imgcls.language import N_

#: In place of a target: explain the class that the model predicts.
PREDICTED = -1

_MARK = "imgcls_explained"  # a name of our own leaves Keras' counter of automatic names alone


class Pass(NamedTuple):
    """What one pass over n images saw. All arrays are float32, whatever the model computes in.

    `activations` and `activation_gradients` are `(n, h', w', k)`, and `(n, 0, 0, 0)` if no layer was asked for;
    `input_gradients` is `(n, h, w, c)`; `logits` is `(n, classes)`.
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
        self.functions: dict[str | None, Callable[..., Any]] = {}

    def function(self, layer: str | None) -> Callable[..., Any]:
        if layer not in self.functions:
            outputs = self.logits if layer is None else [self.spatial[layer], self.logits]
            self.functions[layer] = _trace(keras.Model(self.images, outputs, name=_MARK))
        return self.functions[layer]


_cache: weakref.WeakKeyDictionary[keras.Model, _Traced] = weakref.WeakKeyDictionary()
_lock = threading.RLock()  # building and tracing take turns; the traced functions themselves run side by side


def explainable_layers(model: keras.Model) -> list[dict[str, Any]]:
    """The layers whose output has a height and a width, in the order in which they are executed.

    Returns:
        One dict a layer: `name`, `kind` (the class of the layer, e.g. `"Conv2D"`) and `shape`, `(h', w', k)`,
        with `None` where a model of free input size does not know. A shared layer stands where it is last used.
    """
    with _lock:
        spatial = _traced(model).spatial
    kinds = {operation.name: type(operation).__name__ for operation in model.layers}
    return [
        {"name": name, "kind": kinds.get(name, "Operation"), "shape": tuple(output.shape[1:])}
        for name, output in spatial.items()
    ]


def default_layer(model: keras.Model) -> str | None:
    """The last executed layer whose map has more than one place.

    The last *convolution* would be the wrong choice: MobileNet's is 1×1, and the last ones of DenseNet and of
    ResNet V2 stand before the final concatenation or addition.

    Returns:
        Its name; the last spatial layer if all of them are 1×1; `None` for a model without any, such as an MLP.
    """
    layers = explainable_layers(model)
    maps = [layer for layer in layers if layer["shape"][:2] != (1, 1)]
    return (maps or layers)[-1]["name"] if layers else None


def look(model: keras.Model, images: np.ndarray, targets: np.ndarray, layer: str | None) -> Pass:
    """One traced pass; the first for a model and layer traces for up to a second, later ones take milliseconds.

    Args:
        images: `(n, h, w, c)` float32, as the model takes them.
        targets: `(n,)` int, the class whose logit is differentiated, or `PREDICTED`.
        layer: a name from `explainable_layers`, or `None` for the input's gradient and the logits alone.

    Raises:
        UnknownNameError: no layer of this name has a map.
        InputError: the model is no flat graph with one input and logits.
    """
    with _lock:
        traced = _traced(model)
        if layer is not None and layer not in traced.spatial:
            raise UnknownNameError(
                N_("There is no layer “{name}” with a height and a width. Expected one of: {known}."),
                name=layer,
                known=", ".join(traced.spatial) or "–",
            )
        function = traced.function(layer)
    arrays = [array.numpy() for array in function(tf.constant(images, tf.float32), tf.constant(targets, tf.int32))]
    nothing = [np.zeros((len(images), 0, 0, 0), np.float32)] * (len(Pass._fields) - len(arrays))
    return Pass(*nothing, *arrays)


def _traced(model: keras.Model) -> _Traced:
    refuse_unsuitable(model)
    known = _cache.get(model)
    # a Sequential that has grown since has another output
    if known is None or known.logits is not model.outputs[0]:
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


def _trace(seen: keras.Model) -> Callable[..., Any]:
    """The concrete function of a model with outputs `[A, logits]` or `logits`.

    Returns:
        From images and targets to `(A, dS/dA, dS/dx, logits)` or `(dS/dx, logits)`, all float32.
    """

    def run(images: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = seen(images, training=False)
            *activations, logits = outputs if isinstance(outputs, list) else [outputs]
            logits = tf.cast(logits, tf.float32)
            chosen = tf.where(targets == PREDICTED, tf.argmax(logits, axis=1, output_type=tf.int32), targets)
            scores = tf.gather(logits, chosen, batch_dims=1)
        # the tape sums the scores; images do not mix at inference, so each gradient is its own image's
        gradients = tape.gradient(scores, [*activations, images], unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return tuple(tf.cast(array, tf.float32) for array in (*activations, *gradients, logits))

    signature = [tf.TensorSpec((None, *seen.inputs[0].shape[1:]), tf.float32), tf.TensorSpec((None,), tf.int32)]
    traced = tf.function(run, input_signature=signature, autograph=False, jit_compile=False)
    return traced.get_concrete_function()
