"""Layers in blocks: each in one, in order, and no network in more than fit on a picture."""

from __future__ import annotations

from typing import Any

import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.inside.blocks import FEW, blocks_of
from imgcls.inside.look import layers_of
from imgcls.recipe import Choice
from tests.architectures.trial import choice, is_downloaded

DEEP = ("densenet", "mobilenet-v2", "vit-tiny", "convnext", "efficientnet-lite0")
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if is_downloaded(name) or name in DEEP else [])
    for name in ARCHITECTURES.names()
    if name != "from-run"
]


def named(network: Any) -> tuple[list[str], list[str]]:
    layers = layers_of(network)
    return [layer.name for layer in layers], [type(layer).__name__ for layer in layers]


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_of_every_network_is_in_one_block(name):
    names, kinds = named(build_model(choice(name), (32, 32, 3), 10, 0))
    blocks = blocks_of(names, kinds)
    assert [place for block in blocks for place in range(block.first, block.last + 1)] == list(range(len(names)))
    assert (blocks[-1].first, blocks[-1].name) == (len(names) - 1, "logits"), "the answer stands for itself"
    if len(names) > FEW:
        assert len(blocks) < len(names) / 3, "most are folded"
    longest = max(block.last - block.first + 1 for block in blocks)
    assert longest <= 16, "a block fits into two rows"


def test_few_layers_stand_for_themselves():
    names, kinds = named(build_model(Choice(name="cnn"), (32, 32, 3), 10, 0))
    assert [block.name for block in blocks_of(names, kinds)] == names


def test_the_blocks_of_a_residual_network_and_of_a_densenet():
    blocks = blocks_of(*named(build_model(Choice(name="resnet-8"), (32, 32, 3), 10, 0)))
    assert [block.name for block in blocks] == [
        *("stem", "stage_1_block_1", "stage_2_block_1", "stage_3_block_1", "average", "logits"),
    ]
    names = [block.name for block in blocks_of(*named(build_model(Choice(name="densenet"), (32, 32, 3), 10, 0)))]
    assert names[:3] == ["stem", "block_1_layer_1", "block_1_layer_2"]
    assert "transition_1" in names


def test_layers_without_a_blocks_name_cling_to_the_one_before():
    names = ["Conv1", "bn_Conv1", "Conv1_relu", *(f"dense_{number}" for number in range(10)), "last_norm"]
    kinds = ["Conv2D", "BatchNormalization", "ReLU", *["Dense"] * 10, "LayerNormalization"]
    blocks = blocks_of(names, kinds)
    assert (blocks[0].name, blocks[0].last) == ("Conv1", 2)
    assert blocks[-1].name == "last_norm"
