"""The lessons: in order, complete, and their words known."""

from __future__ import annotations

import pytest

from imgcls.errors import UnknownNameError
from imgcls.lessons import GLOSSARY, LESSONS, lesson, neighbours


def test_they_are_numbered_in_the_articles_order() -> None:
    assert [one.number for one in LESSONS] == list(range(1, 11))
    assert len({one.name for one in LESSONS}) == len({one.page for one in LESSONS}) == 10


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_its_words_are_in_the_glossary(one) -> None:
    assert set(one.words) <= set(GLOSSARY)
    assert len(set(one.words)) == len(one.words) > 3


def test_neighbours_are_those_that_are_offered() -> None:
    offered = [lesson("convolution"), lesson("residual"), lesson("heatmaps")]
    assert neighbours("residual", offered) == (offered[0], offered[2])
    assert neighbours("convolution", offered) == (None, offered[1])
    assert neighbours("heatmaps", offered) == (offered[1], None)


def test_an_unknown_lesson_says_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="convolution, pooling"):
        lesson("nope")
