"""Every network is followed by one that has more to learn with, or by none."""

from __future__ import annotations

import pytest

from imgcls.architectures import ARCHITECTURES, parameter_count
from imgcls.coach.larger import larger_network
from imgcls.recipe import Choice

SHAPE, CLASSES = (28, 28, 1), 10


@pytest.mark.parametrize("name", [one.name for one in ARCHITECTURES])
def test_the_next_one_is_larger(name):
    choice = Choice(name=name)
    if name == "from-run":
        choice = Choice(name=name, run="20260131-093000-1a2b3c")
    larger = larger_network(choice)
    if larger is None:
        return
    assert larger != choice
    before, after = (parameter_count(one, SHAPE, CLASSES) for one in (choice, larger))
    if "trainable_blocks" in larger.options:  # the same network, of which more is trained
        assert larger.options["trainable_blocks"] > 0
    else:
        assert after > before


def test_what_has_no_larger_one():
    assert larger_network(Choice(name="densenet", growth=48)) is None
    assert larger_network(Choice(name="resnet-200")) is None


def test_a_plain_network_gets_skip_connections_and_keeps_its_other_switch():
    larger = larger_network(Choice(name="plain-20", batch_norm=False, skip=False))
    assert larger == Choice(name="resnet-32", batch_norm=False)


def test_all_blocks_of_a_stack_get_wider():
    larger = larger_network(Choice(name="cnn"))
    assert [block["width"] for block in larger.options["blocks"]] == [64, 128]
