"""How far somebody is with collecting, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgcls.datasets import advice, editing, shelf
from imgcls.datasets.advice import needed
from imgcls.datasets.card import read_card
from imgcls.datasets.importing import import_dataset
from imgcls.datasets.readiness import readiness
from imgcls.errors import UnknownNameError
from tests.datasets.people import bring, picture


def collect(**counts: int) -> str:
    name = editing.create("mine")
    for place, (label, count) in enumerate(counts.items()):
        editing.add_class(name, label)
        for number in range(count):
            editing.add_pixels(name, label, picture(100 * place + number))
    return name


def templates(name: str) -> list[str]:
    return [one.template for one in readiness(name).advice]


def test_classes_without_pictures() -> None:
    ready = readiness(collect(cat=0, dog=0))
    assert dict(ready.counts) == {"cat": 0, "dog": 0}
    assert ready.images == 0
    assert not ready.can_train
    assert [one.template for one in ready.advice] == [advice.EMPTY, advice.EMPTY]


def test_one_class_is_not_enough_however_many_pictures_it_has() -> None:
    assert not readiness(collect(cat=needed(), dog=0)).can_train


def test_one_picture_more_makes_the_difference() -> None:
    name = collect(cat=needed(), dog=needed() - 1, bird=0)
    assert not readiness(name).can_train
    assert templates(name) == [advice.TOO_FEW, advice.EMPTY, advice.LITTLE], "what is in the way comes first"
    editing.add_pixels(name, "dog", picture(999))
    assert readiness(name).can_train
    assert templates(name) == [advice.EMPTY, advice.LITTLE, advice.LITTLE]


def test_a_division_that_leaves_a_part_empty_is_in_the_way(tmp_path: Path) -> None:
    for part, count in (("train", 8), ("val", 2), ("test", 2)):
        bring(tmp_path / "divided" / part, {"cat": count, "dog": count})
    import_dataset("divided", tmp_path / "divided")
    assert readiness("divided").can_train
    card = read_card(shelf.place_of("divided"))
    for key in [key for key, part in card.parts.items() if part == "test" and key.startswith("dog/")]:
        editing.remove_image("divided", key)
    assert readiness("divided").counts == {"cat": 12, "dog": 10}
    assert not readiness("divided").can_train
    assert templates("divided")[0] == advice.NO_PART


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(UnknownNameError, match="nothing"):
        readiness("nothing")
