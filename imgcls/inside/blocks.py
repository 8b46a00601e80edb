"""The layers of a network in blocks, as their names tell: what a picture of a hundred layers is folded into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Up to this many layers each stands for itself.
FEW = 12
#: The block in the name of a layer: `stage_1_block_2_conv_1` → `stage_1_block_2`; Keras's own networks say
#: `conv2_block1_0_bn`, `block4a_se_reduce`, `expanded_conv_project` and `bn_Conv1`.
_BLOCK = re.compile(
    r"(?:stage_\d+_)?block_?\d+[a-z]?(?:_layer_\d+)?|conv\d+_block\d+|expanded_conv|transition_\d+|stage_\d+"
    r"|(?:stem|head|top|post|Conv_?\d|conv\d|pool\d|patches)(?=_|$)"
)
#: Layers that belong to the one before them, whatever they are called.
_CLINGING = frozenset(
    {"BatchNormalization", "LayerNormalization", "ReLU", "LeakyReLU", "Activation", "Dropout", "SpatialDropout2D"}
)


@dataclass(frozen=True)
class Block:
    """Some layers that follow one another. `name`: what their names have in common; `first`, `last`: their numbers."""

    name: str
    first: int
    last: int


def blocks_of(names: Sequence[str], kinds: Sequence[str]) -> list[Block]:
    """The layers, in their order, in blocks.

    Args:
        names: of the layers; kinds: their Keras classes.
    """
    found: list[Block] = []
    for place, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        block = "" if len(names) <= FEW else _block(name)
        clings = not block and len(names) > FEW and kind in _CLINGING and found and not _is_last(place, names)
        if found and (clings or (block and block == found[-1].name)):
            found[-1] = Block(found[-1].name, found[-1].first, place)
        else:
            found.append(Block(block or name, place, place))
    return found


def _block(name: str) -> str:
    match = _BLOCK.match(name)
    if match is not None:
        return match[0]
    # Keras's MobileNetV2 puts the kind first
    kind, _, rest = name.partition("_")
    match = _BLOCK.match(rest) if kind == "bn" else None
    return "" if match is None else match[0]


def _is_last(place: int, names: Sequence[str]) -> bool:
    return place == len(names) - 1
