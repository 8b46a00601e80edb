"""Training steps in bfloat16, on a network that is float32 in everything else.

bfloat16 has float32's range with a third of its digits (8 bits of significand): processors that multiply it in hardware
train convolutions up to twice as fast. Weights, optimizer, logits, validation, the saved model and every explanation
stay float32, so that a run's network answers the same wherever it is opened.

Micikevicius et al. 2018, Mixed precision training, https://arxiv.org/abs/1710.03740
Kalamkar et al. 2019, A study of bfloat16 for deep learning training, https://arxiv.org/abs/1905.12322
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imgcls.training.instead import instead

#: Keras's name for it.
HALF = "mixed_bfloat16"
#: What the Linux kernel calls processors that multiply bfloat16 in hardware: Intel's matrix tiles and vectors.
_FLAGS = {"amx_bf16", "avx512_bf16"}
#: Layers that bring pixels into range and size: there the digits are the picture.
_WHOLE = {"Normalization", "Rescaling", "Resizing"}


def processor_has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor says that it multiplies bfloat16 in hardware; known on Linux alone."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return bool(_FLAGS & set(flags))


@contextmanager
def in_half(model: Any) -> Iterator[None]:
    """What is traced meanwhile computes in bfloat16 in all layers of a flat `model` but its logits."""
    import keras

    layers = [layer for outer in _halved(model) for layer in outer._flatten_layers()]
    half = keras.dtype_policies.get(HALF)
    changes: list[tuple[Any, str, Any]] = [(layer, "_dtype_policy", half) for layer in layers]
    for layer in layers:
        if getattr(getattr(layer, "activation", None), "__name__", "") == "relu":
            changes.append((layer, "activation", quick_relu))
        elif type(layer) is keras.layers.ReLU and (layer.max_value, layer.negative_slope, layer.threshold) == (
            None,
            0,
            0,
        ):
            changes.append((layer, "call", quick_relu))
    with instead(changes):
        yield


def _halved(model: Any) -> list[Any]:
    return [layer for layer in model.layers[:-1] if type(layer).__name__ not in _WHOLE]


def quick_relu(x: Any) -> Any:
    """relu of a bfloat16 tensor: the larger of its bits and 0, read as whole numbers, whose sign is in the same place.

    TensorFlow's own kernel goes through float32 and takes twice as long. What is no number and has a minus sign becomes
    0; the loss and the weights are watched for such.
    """
    import tensorflow as tf

    if x.dtype != tf.bfloat16:
        return tf.nn.relu(x)

    @tf.custom_gradient
    def relu(x: Any) -> tuple[Any, Any]:
        y = tf.bitcast(tf.maximum(tf.bitcast(x, tf.int16), tf.constant(0, tf.int16)), tf.bfloat16)
        return y, lambda upstream: tf.raw_ops.ReluGrad(gradients=upstream, features=y)

    return relu(x)


quick_relu.__name__ = "relu"  # which is all that it is
