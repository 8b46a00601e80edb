"""The largest of a window first, then bias and activation: the same numbers with a quarter of the work.

An activation that never falls may change places with a maximum, and so may a bias: max(relu(x + b)) = relu(max(x) + b).
Behind a 2 × 2 pooling a quarter of the numbers is left to be bent, on the way there and on the way back. Only what is
traced for training is written so; the layers stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imgcls.training.instead import instead

#: Activations that never fall, by the name of Keras's function.
NEVER_FALL = {"linear", "relu", "relu6", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "softsign"}


@contextmanager
def late_activation(model: Any) -> Iterator[None]:
    """What is traced meanwhile pools before it bends, wherever a flat `model` has the two in the other order."""
    changes: list[tuple[Any, str, Any]] = []
    for before, pool in _pairs(model):
        first, second = _exchanged(before, pool)
        changes += [(before, "call", first), (pool, "call", second)]
    with instead(changes):
        yield


def _pairs(model: Any) -> list[tuple[Any, Any]]:
    """Layers that end in an activation, each with the maximum pooling that alone reads them."""
    from keras import layers, tree

    readers: Counter[int] = Counter()
    for layer in model.layers:
        if layer._inbound_nodes[0].parent_nodes:
            readers.update(id(tensor._keras_history.operation) for tensor in tree.flatten(layer.input))
    found = []
    for layer in model.layers:
        if isinstance(layer, layers.MaxPooling2D):
            before = layer.input._keras_history.operation
            if readers[id(before)] == 1 and _can_wait(before):
                found.append((before, layer))
    return found


def _can_wait(layer: Any) -> bool:
    from keras import layers

    if type(layer) is layers.ReLU:
        return bool(layer.negative_slope >= 0)
    if type(layer) not in (layers.Activation, layers.Conv2D):
        return False
    plain = type(layer) is layers.Activation or (layer.data_format == "channels_last" and not layer.lora_enabled)
    return plain and getattr(layer.activation, "__name__", "") in NEVER_FALL


def _exchanged(before: Any, pool: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    from keras import layers, ops

    bend, largest = before.call, pool.call
    if type(before) is not layers.Conv2D:
        return (lambda inputs: inputs), (lambda inputs: bend(largest(inputs)))

    def convolved(inputs: Any) -> Any:
        return before.convolution_op(inputs, before.kernel)

    def pooled(inputs: Any) -> Any:
        x = largest(inputs)
        if before.use_bias:
            x = ops.add(x, before.bias)
        return before.activation(x)

    return convolved, pooled
