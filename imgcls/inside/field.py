"""What part of the picture a place of a feature map depends on: its receptive field, from the graph alone.

Araujo, A., Norris, W. and Sim, J. (2019), Computing receptive fields of convolutional neural networks:
https://doi.org/10.23915/distill.00021
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

from imgcls.inside.look import sources
from imgcls.inside.windows import pad_before

#: First and last row, first and last column; None: all of it.
Box = tuple[int, int, int, int] | None

_SAME_PLACE = frozenset(
    {
        *("Add", "Multiply", "Concatenate", "BatchNormalization", "LayerNormalization", "ReLU", "LeakyReLU"),
        *("Activation", "Dense", "EinsumDense", "Dropout", "SpatialDropout2D", "Rescaling", "Normalization"),
        *("GaussianNoise", "Identity"),
    }
)


def seen_from(network: Any, name: str, row: int, column: int) -> tuple[int, int, int, int]:
    """The first and last row and column of the picture on which one place of a layer's maps depends.

    Places outside the picture are left out. Where a layer mixes all places it is the whole picture.
    """
    needed: dict[str, Box] = {name: (row, row, column, column)}
    (height, width) = network.input.shape[1:3]
    whole = (0, height - 1, 0, width - 1)
    for layer in reversed(network.layers):
        if layer.name not in needed:
            continue
        box, before = needed.pop(layer.name), sources(layer)
        if not before:
            return whole if box is None else _within(box, whole)
        for source in before:
            shape = network.get_layer(source).output.shape[1:]
            wanted = _before(layer, box, shape)
            needed[source] = _joined(needed[source], wanted) if source in needed else wanted
    return whole


def _within(box: tuple[int, int, int, int], whole: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    top, bottom, left, right = box
    return max(top, 0), min(bottom, whole[1]), max(left, 0), min(right, whole[3])


def _joined(one: Box, other: Box) -> Box:
    if one is None or other is None:
        return None
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])


def _before(layer: Any, box: Box, shape: Any) -> Box:
    """The box of a layer's input, of this shape, that a box of its output depends on."""
    name = type(layer).__name__
    if box is None or len(shape) != 3 or len(layer.output.shape) != 4:
        return None
    if name in ("Conv2D", "DepthwiseConv2D", "MaxPooling2D", "AveragePooling2D"):
        rows, columns = (_window(layer, axis, box[2 * axis : 2 * axis + 2], int(shape[axis])) for axis in (0, 1))
        return (*rows, *columns)
    if name == "ZeroPadding2D":
        (top, _), (left, _) = ((0, 0), (0, 0)) if layer.data_format == "channels_first" else layer.padding
        return box[0] - top, box[1] - top, box[2] - left, box[3] - left
    if name == "Resizing":
        rows, columns = (
            _resized(box[2 * axis : 2 * axis + 2], int(shape[axis]), layer.output.shape[1 + axis]) for axis in (0, 1)
        )
        return (*rows, *columns)
    same = name in _SAME_PLACE and tuple(shape[:2]) == tuple(layer.output.shape[1:3])
    return box if same else None


def _window(layer: Any, axis: int, span: tuple[int, ...], side: int) -> tuple[int, int]:
    size = (getattr(layer, "kernel_size", None) or layer.pool_size)[axis]
    stride, dilation = layer.strides[axis], getattr(layer, "dilation_rate", (1, 1))[axis]
    pad = pad_before(side, size, stride, dilation) if layer.padding == "same" else 0
    first, last = span
    begin, end = first * stride - pad, last * stride - pad + (size - 1) * dilation
    return max(begin, 0), min(end, side - 1)


def _resized(span: tuple[int, ...], before: int, after: int) -> tuple[int, int]:
    """Bilinear: each new pixel is made of the nearest old ones."""
    share = before / after
    begin, end = floor((span[0] + 0.5) * share - 0.5), ceil((span[1] + 0.5) * share - 0.5)
    return max(begin, 0), min(end, before - 1)
