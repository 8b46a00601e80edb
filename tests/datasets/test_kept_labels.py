"""A label that was found right is a decision of its own: noted, read back, taken back, and no correction."""

from __future__ import annotations

import pytest

from imgcls.datasets.corrections import beside, correct, current_corrections
from imgcls.datasets.kept_labels import forget_kept, keep_labels, kept_labels
from imgcls.recipe import Choice

DIGITS, OTHER = Choice(name="mnist-5k"), Choice(name="digits-8x8")


def test_it_is_noted_for_one_data_set_and_read_back():
    assert kept_labels(DIGITS) == {}
    keep_labels(DIGITS, {"3": "4"})
    keep_labels(DIGITS, {"5": "9"})
    assert kept_labels(DIGITS) == {"3": "4", "5": "9"}
    assert kept_labels(OTHER) == {}


def test_it_is_taken_back():
    keep_labels(DIGITS, {"3": "4", "5": "9"})
    forget_kept(DIGITS, ["3", "7"])
    assert kept_labels(DIGITS) == {"5": "9"}


def test_it_is_no_correction_and_moves_no_recipe():
    before = current_corrections(DIGITS).identifier()
    keep_labels(DIGITS, {"3": "4"})
    assert current_corrections(DIGITS).identifier() == before
    assert correct(DIGITS, {}).identifier() == before


@pytest.mark.parametrize("content", ["", "[]", '{"images": 7}', '{"images": {"3": 4}}'])
def test_what_cannot_be_read_is_nothing(content):
    beside(DIGITS, "kept").write_text(content)
    assert kept_labels(DIGITS) == {}
