"""The next larger network of a kind: what a network that can tell too little apart may be followed by."""

from __future__ import annotations

import re
from typing import Any

from imgcls.architectures import architecture_options, possible
from imgcls.recipe import Choice

#: By network, what comes after it where no option of its own makes it larger. Each can tell more apart than the last.
_NEXT = {
    "linear": Choice(name="mlp"),
    "lenet-5": Choice(name="seed-cnn"),
    "seed-cnn": Choice(
        name="cnn",
        blocks=[
            {"width": 32, "convolutions": 2, "batch_norm": True},
            {"width": 64, "convolutions": 2, "batch_norm": True},
            {"width": 128, "batch_norm": True, "pooling": "none"},
        ],
        gathering="average",
        dense=0,
    ),
}
#: By network, the option that is doubled.
_DOUBLED = {"mlp": "width", "convnext": "width", "densenet": "growth", "mobilenet-v2": "width", "vit-tiny": "depth"}
_MEMBER = re.compile(r"(plain|resnet)-(\d+)")
#: Further blocks of a frozen body that learn along, and layers of a residual network (6n + 2).
_MORE_BLOCKS, _MORE_LAYERS = 2, 12


def larger_network(choice: Choice) -> Choice | None:
    """The next larger one; None where there is none.

    >>> larger_network(Choice(name="resnet-20")).name
    'resnet-32'
    """
    if choice.name in _NEXT:
        return _NEXT[choice.name]
    if member := _MEMBER.fullmatch(choice.name):
        # a deeper plain network is no better one: it is the skip connections that make depth pay
        return possible(Choice(name=f"resnet-{int(member[2]) + _MORE_LAYERS}", **_without(choice, "skip")))
    options: Any = architecture_options(choice)
    if choice.name == "cnn":
        blocks = [{**block.model_dump(mode="json"), "width": 2 * block.width} for block in options.blocks]
        return possible(Choice(name="cnn", **{**choice.options, "blocks": blocks}))
    if hasattr(options, "trainable_blocks"):
        blocks_ = options.trainable_blocks + _MORE_BLOCKS
        return possible(Choice(name=choice.name, **{**choice.options, "trainable_blocks": blocks_}))
    option = _DOUBLED.get(choice.name)
    if option is None:
        return None
    return possible(Choice(name=choice.name, **{**choice.options, option: 2 * getattr(options, option)}))


def _without(choice: Choice, option: str) -> dict[str, Any]:
    return {name: value for name, value in choice.options.items() if name != option}
