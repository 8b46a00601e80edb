"""The one shape of all registries."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from imgcls.errors import UnknownNameError
from imgcls.registry import MISSING_DATASET, TOLD, Options, Registry, likely


@dataclass(frozen=True)
class Thing:
    name: str
    size: int = 0


@pytest.fixture
def things():
    registry: Registry[Thing] = Registry(MISSING_DATASET)
    registry.add(Thing("zebra"))
    registry.add(Thing("ant", 3))
    return registry


def test_keeps_the_order_of_registration(things):
    assert things.names() == ["zebra", "ant"]
    assert [thing.name for thing in things] == ["zebra", "ant"]


def test_answers_by_name(things):
    assert things.get("ant").size == 3
    assert "ant" in things
    assert "bee" not in things
    assert None not in things


def test_add_gives_the_entry_back_and_refuses_a_second_of_its_name(things):
    bee = Thing("bee")
    assert things.add(bee) is bee
    with pytest.raises(ValueError, match="'bee' is registered twice"):
        things.add(Thing("bee", 9))
    assert things.get("bee").size == 0


@pytest.mark.parametrize("name", ["Ant", "", "ant ", "{known}"])
def test_unknown_name_is_refused_with_the_known_ones(things, name):
    with pytest.raises(UnknownNameError) as refused:
        things.get(name)
    assert str(refused.value) == f"There is no data set “{name}”. Expected one of: zebra, ant."
    assert refused.value.exit_code == 2


def test_options_take_nothing_that_is_not_declared():
    with pytest.raises(ValidationError):
        Options(width=3)
    with pytest.raises(ValidationError):
        Options().width = 3


def test_of_many_names_those_that_were_probably_meant_are_told():
    many = [f"block{number}_conv{part}" for number in range(40) for part in (1, 2)]
    told = likely("block37_cnv1", many)
    assert told.startswith("block37_conv1, ")
    assert told.endswith(" …")
    assert told.count(",") == TOLD - 1
    assert likely("x", ["a", "b"]) == "a, b"
