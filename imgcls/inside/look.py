"""The outputs of all layers of a network for one picture: computed once, then looked at from all sides."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.errors import InputError
from imgcls.language import N_
from imgcls.models import TrainedModel

#: Pictures whose outputs are kept of each network, and megabytes of them: of a network for photographs one has 80.
_PICTURES, _MEGABYTES = 4, 160


@dataclass(frozen=True, eq=False)
class Look:
    """What became of one picture.

    Args:
        inputs: float32 (h, w, c), as the network takes it.
        outputs: of each layer by its name, float32 without the axis of the batch.
        precision: in which the network computes.
    """

    inputs: np.ndarray
    outputs: dict[str, np.ndarray]
    precision: str

    def of(self, name: str) -> np.ndarray:
        """The output of a layer, or the picture where `name` is the layer that takes it in."""
        return self.outputs.get(name, self.inputs)


_guard = threading.RLock()
_traced: weakref.WeakKeyDictionary[Any, Callable[[np.ndarray], list[Any]]] = weakref.WeakKeyDictionary()
_looks: weakref.WeakKeyDictionary[Any, OrderedDict[str, Look]] = weakref.WeakKeyDictionary()


def look_at(trained: TrainedModel, image: np.ndarray) -> Look:
    """The outputs of all layers for one uint8 image (h, w, c); the last few are kept.

    Raises:
        InputError: an image of another shape.
    """
    if tuple(image.shape) != tuple(trained.card.image_shape):
        raise InputError(
            N_("Expected images of the shape {wanted}. Received: {shape}"),
            wanted=str(trained.card.image_shape),
            shape=str(tuple(image.shape)),
        )
    key = hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()
    with _guard:
        known = _looks.setdefault(trained.keras_model, OrderedDict())
        if key not in known:
            known[key] = _look(trained, image)
            while len(known) > 1 and (len(known) > _PICTURES or _size(known) > _MEGABYTES):
                known.popitem(last=False)
        known.move_to_end(key)
        return known[key]


def _size(looks: OrderedDict[str, Look]) -> float:
    return sum(values.nbytes for look in looks.values() for values in look.outputs.values()) / 1e6


def _look(trained: TrainedModel, image: np.ndarray) -> Look:
    network = trained.keras_model
    if network not in _traced:
        _traced[network] = _all_outputs(network)
    inputs = trained.inputs(image[None])
    found = [np.asarray(values)[0] for values in _traced[network](inputs)]
    names = [layer.name for layer in layers_of(network)]
    return Look(inputs[0], dict(zip(names, found, strict=True)), precision_of(network))


def precision_of(network: Any) -> str:
    """That of most of its layers: the last one is always float32."""
    layers = layers_of(network)
    return str(layers[0].compute_dtype) if layers else "float32"


def _all_outputs(network: Any) -> Callable[[np.ndarray], list[Any]]:
    """From inputs (n, h, w, c) to every layer's output, traced: layer by layer it takes twenty times as long."""
    import keras
    import tensorflow as tf

    model = keras.Model(network.input, [layer.output for layer in layers_of(network)])

    def run(inputs: Any) -> list[Any]:
        found = model(inputs, training=False)
        return [tf.cast(one, tf.float32) for one in (found if isinstance(found, list) else [found])]

    signature = [tf.TensorSpec((None, *network.input.shape[1:]), tf.float32)]
    traced: Callable[[np.ndarray], list[Any]] = tf.function(
        run, input_signature=signature, autograph=False, jit_compile=False
    )
    return traced


def layers_of(network: Any) -> list[Any]:
    """The layers that compute something, in their order; in a flat graph each is called once."""
    return [layer for layer in network.layers if type(layer).__name__ != "InputLayer"]


def sources(layer: Any) -> list[str]:
    """The names of the layers whose outputs it takes, each once."""
    from keras import tree

    if not layer._inbound_nodes or not layer._inbound_nodes[0].parent_nodes:
        return []
    return list(dict.fromkeys(tensor._keras_history.operation.name for tensor in tree.flatten(layer.input)))
