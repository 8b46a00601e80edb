"""Transfer learning: a body that has learned before, a new head, and how much of the body may still change.

Yosinski et al. 2014, *How transferable are features in deep neural networks?*, https://arxiv.org/abs/1411.1792
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from pydantic import Field

from imgcls.language import N_
from imgcls.registry import Options

#: The name of a block in the name of one of its layers: `block_3_expand_conv` → `block_3`. Keras's MobileNetV2 calls
#: its first block `expanded_conv`.
_BLOCK = re.compile(r"(.*?block_?\d+[a-z]?|expanded_conv)(?:_|$)")


class BodyOptions(Options):
    """How much of a body that has learned before may change. Subclasses say where its weights come from."""

    trainable_blocks: int = Field(
        0,
        ge=0,
        le=100,
        strict=True,
        title=N_("trainable blocks"),
        description=N_(
            "How many of the body's blocks are trained along, counted from the head. 0: the whole body is frozen "
            "and only the head learns. More than there are: everything learns."
        ),
    )
    body_rate: float = Field(
        0.1,
        gt=0,
        le=1,
        title=N_("learning rate of the body"),
        description=N_("As a share of the head's. The body's trainable blocks know much already: small steps keep it."),
    )
    features: Literal["once", "every epoch"] = Field(
        "once",
        title=N_("features computed"),
        description=N_(
            "While the body is frozen, an image's features are always the same. once: they are computed before the "
            "first epoch and kept on disk. every epoch: the body runs again and again, for comparison."
        ),
    )

    copies: int = Field(
        3,
        ge=1,
        le=20,
        strict=True,
        title=N_("augmented copies"),
        description=N_(
            "Where images are augmented and features computed once: how many changed copies of each image go through "
            "the frozen body. The epochs take turns with them."
        ),
    )

    @property
    def has_learned(self) -> bool:
        """Whether the body starts from learned weights; from random ones nothing is worth freezing."""
        return True


class TransferOptions(BodyOptions):
    """The same of a body that learned from photographs; it takes images of any size, enlarged to its own."""

    side: int = Field(
        224,
        ge=32,
        le=224,
        strict=True,
        title=N_("image side"),
        description=N_(
            "Images are resized to this many pixels a side, the first thing in the network. The body learned at "
            "224: smaller is faster and less accurate."
        ),
    )


@dataclass(frozen=True)
class Parts:
    """A flat network seen as transfer learning sees it.

    Args:
        blocks: the body's layers in blocks, from the image on; between two blocks there is a single tensor.
        features: the last layer of the body; its output is what the head reads.
        head: the layers after it: random ones, and the last, dense one.
    """

    blocks: tuple[tuple[Any, ...], ...]
    features: Any
    head: tuple[Any, ...]


def parts(model: Any) -> Parts:
    """The blocks, features and head of a flat functional Keras model that ends in a dense layer.

    A block begins where everything flows through one tensor and a layer with kernels follows: after each
    addition of a residual network, each concatenation of a DenseNet, each convolution of a plain one. Pieces whose
    layers bear the name of one block (`block_3_…`) are one, with the normalisation that comes before its kernels.
    """
    import keras

    head = [model.layers[-1]]
    while isinstance(_input_layer(head[0]), keras.layers.Dropout):
        head.insert(0, _input_layer(head[0]))
    body = [layer for layer in model.layers if layer not in head]
    return Parts(tuple(_blocks(body)), _input_layer(head[0]), tuple(head))


def _input_layer(layer: Any) -> Any:
    return layer.input._keras_history.operation


def _blocks(body: list[Any]) -> list[tuple[Any, ...]]:
    blocks: list[list[Any]] = []
    for piece in _pieces(body):
        if blocks and _continues(piece, blocks):
            blocks[-1].extend(piece)
        else:
            blocks.append(list(piece))
    return [tuple(block) for block in blocks]


def _continues(piece: list[Any], blocks: list[list[Any]]) -> bool:
    """Whether `piece` belongs to the last of `blocks`."""
    if len(blocks) == 1 and not any(layer.weights for layer in blocks[0]):  # it waits for the first kernels
        return True
    if name := _block_name(piece):
        return name == _block_name(blocks[-1])
    return not any(len(weight.shape) > 1 for layer in piece for weight in layer.weights)


def _pieces(body: list[Any]) -> list[list[Any]]:
    """`body` cut wherever everything flows through one tensor."""
    from keras import tree

    place = {id(layer): number for number, layer in enumerate(body)}
    last_use = list(range(len(body)))
    for number, layer in enumerate(body):
        inputs = tree.flatten(layer.input) if layer._inbound_nodes[0].parent_nodes else []
        for tensor in inputs:
            source = place[id(tensor._keras_history.operation)]
            last_use[source] = max(last_use[source], number)
    pieces, piece, reach = [], [], 0
    for number, layer in enumerate(body):
        piece.append(layer)
        if reach <= number:  # nothing that came before this layer is needed after it
            pieces.append(piece)
            piece = []
        reach = max(reach, last_use[number])
    return [*pieces, piece] if piece else pieces


def _block_name(piece: list[Any]) -> str | None:
    for layer in piece:
        if layer.weights:
            found = _BLOCK.match(layer.name)
            return found[1] if found else None
    return None


def freeze(model: Any, options: BodyOptions) -> None:
    """Freeze all but the last `trainable_blocks` of the body.

    Keras's BatchNormalization runs in inference mode in a frozen layer, also while the rest is trained: its moving
    statistics stay what they were.
    """
    if not options.has_learned:
        return
    blocks = parts(model).blocks
    for block in blocks[: max(0, len(blocks) - options.trainable_blocks)]:
        for layer in block:
            layer.trainable = False


def learned_variables(model: Any) -> list[Any]:
    """The variables that training changes, in the model's order: all but those of frozen layers."""
    frozen = {id(variable) for layer in model.layers if not layer.trainable for variable in layer.variables}
    return [variable for variable in model.variables if id(variable) not in frozen]


def fitted(x: Any, side: int | tuple[int, int], channels: int, taken: Iterable[str] = ()) -> Any:
    """Images (n, h, w, c) → (n, side, side, channels) by layers of the network: what it takes stays the data's size.

    Grey images become colour ones of three equal channels. Colour ones become grey by ITU-R 601's luma weights.

    Args:
        x: float32 images.
        side: of the result, or its height and width (px).
        channels: of the result, 1 or 3.
        taken: names that other layers of the network have.
    """
    import numpy as np
    from keras import layers

    height, width = (side, side) if isinstance(side, int) else side
    if tuple(x.shape[1:3]) != (height, width):
        x = layers.Resizing(height, width, name=unused("resize", taken))(x)
    if x.shape[-1] < channels:
        x = layers.Concatenate(name=unused("three_channels", taken))([x] * channels)
    elif x.shape[-1] > channels:
        grey = layers.Conv2D(channels, 1, use_bias=False, trainable=False, name=unused("luma", taken))
        x = grey(x)
        grey.set_weights([np.array([0.299, 0.587, 0.114], np.float32).reshape(1, 1, 3, 1)])
    return x


def unused(name: str, taken: Iterable[str]) -> str:
    """`name`, or the first of `name_2`, `name_3` … that is not taken."""
    names = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return next(one for one in names if one not in taken)
