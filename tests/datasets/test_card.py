"""What is noted about a data set is read back, and a damaged note is not taken for none."""

from __future__ import annotations

import json

import pytest

from imgcls.datasets import Part
from imgcls.datasets.card import CARD, Card, part_name, read_card, write_card
from imgcls.errors import InputError


def test_there_and_back(tmp_path):
    card = Card(created="2026-01-31T09:30:00", source="fruit.zip", side=28, colour="grey", fit="pad")
    card = card.model_copy(update={"parts": {"a/0001.png": "not_test"}, "last": {"苹果": 7}})
    write_card(tmp_path, card)
    assert read_card(tmp_path) == card
    assert json.loads((tmp_path / CARD).read_text())["last"] == {"苹果": 7}
    write_card(tmp_path, card.model_copy(update={"side": 30}))
    assert read_card(tmp_path).side == 30


def test_a_folder_without_a_card_has_the_usual_one(tmp_path):
    assert read_card(tmp_path) == Card()
    assert read_card(tmp_path / "nowhere") == Card()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"side": 7}', '{"side": 225}', '{"parts": {"a/1.png": "exam"}}', '{"format": 2}']
)
def test_a_damaged_card_is_named(tmp_path, text):
    (tmp_path / CARD).write_text(text)
    with pytest.raises(InputError, match=r"\.imgcls\.json is damaged"):
        read_card(tmp_path)


@pytest.mark.parametrize("part", Part)
def test_every_part_has_a_word(part):
    word = part_name(part)
    assert (word is None) == (part is Part.FREE)
    assert Card(parts={} if word is None else {"a/1.png": word}).part("a/1.png") is part
