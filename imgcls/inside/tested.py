"""What the test images of a run say of all units of its network: which are dead, and what excites each of them most.

All layers at once: the images go through the network once, and every later question has its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgcls.architectures.measure import images_a_pass
from imgcls.inside.look import layers_of
from imgcls.models import TrainedModel

#: How many of a unit's favourites are kept.
MOST = 9


@dataclass(frozen=True, eq=False)
class Tested:
    """The units of one layer on n test images.

    Args:
        values: float32 (k, units), the largest value that each reaches on an image, the largest first; k is 9, or n
            where there were fewer images.
        images: int (k, units), on which of the images.
        places: int (k, units), where on the map: row · columns + column.
        columns: of the map; 0: it is none.
        lowest: the smallest value of all.
    """

    values: np.ndarray
    images: np.ndarray
    places: np.ndarray
    columns: int
    lowest: float

    @property
    def dead(self) -> float | None:
        """The share of units that are above 0 nowhere; None: with values below 0, 0 is no silence."""
        return None if self.lowest < 0 else float((self.values[0] <= 0).mean())


def units_on(trained: TrainedModel, images: np.ndarray, progress: Callable[[int, int], None]) -> dict[str, Tested]:
    """Every layer's units on uint8 images (n, h, w, c); `progress` hears how many are done."""
    run, size = _traced(trained.keras_model), images_a_pass(trained.keras_model)
    layers = layers_of(trained.keras_model)
    found: list[Tested | None] = [None] * len(layers)
    for begin in range(0, len(images), size):
        progress(begin, len(images))
        part = run(trained.inputs(images[begin : begin + size]))
        for number, (layer, sent) in enumerate(zip(layers, part, strict=True)):
            columns = int(layer.output.shape[2]) if len(layer.output.shape) == 4 else 0
            values, places, lowest = (np.asarray(one) for one in sent)
            found[number] = _merged(found[number], values, places, float(lowest), begin, columns)
    return {layer.name: one for layer, one in zip(layers, found, strict=True) if one is not None}


def _traced(network: Any) -> Any:
    """From inputs to each layer's largest values (n, units), their places (n, units), and its smallest value."""
    import keras
    import tensorflow as tf

    model = keras.Model(network.input, [layer.output for layer in layers_of(network)])

    def one(values: Any) -> tuple[Any, Any, Any]:
        flat = tf.cast(tf.reshape(values, (tf.shape(values)[0], -1, values.shape[-1])), tf.float32)
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1, output_type=tf.int32), tf.reduce_min(flat)

    def run(inputs: Any) -> list[Any]:
        found = model(inputs, training=False)
        return [one(values) for values in (found if isinstance(found, list) else [found])]

    signature = [tf.TensorSpec((None, *network.input.shape[1:]), tf.float32)]
    return tf.function(run, input_signature=signature, autograph=False, jit_compile=False)


def _merged(
    known: Tested | None, values: np.ndarray, places: np.ndarray, lowest: float, begin: int, columns: int
) -> Tested:
    """The nine best of what is known and of what came."""
    images = np.broadcast_to(np.arange(begin, begin + len(values))[:, None], values.shape)
    if known is not None:
        values = np.concatenate([known.values, values])
        images, places = np.concatenate([known.images, images]), np.concatenate([known.places, places])
        lowest = min(lowest, known.lowest)
    order = np.argsort(-values, axis=0, kind="stable")[:MOST]
    values, images, places = (np.take_along_axis(one, order, axis=0) for one in (values, images, places))
    return Tested(values, images, places, columns, lowest)
