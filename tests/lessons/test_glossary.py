"""Every word has a plain sentence, and its formula can be set."""

from __future__ import annotations

import pytest

from imgcls.lessons import GLOSSARY


@pytest.mark.parametrize("name", GLOSSARY)
def test_a_word_is_explained_in_one_plain_sentence(name: str) -> None:
    word = GLOSSARY[name]
    assert name == name.lower()
    assert word.plain.endswith(".")
    assert 20 < len(word.plain) < 130
    assert "$" not in word.plain, "the formula comes second"
    assert word.formula.count("{") == word.formula.count("}")


def test_there_are_words_enough() -> None:
    assert len(GLOSSARY) >= 40
    assert len({word.title for word in GLOSSARY.values()}) == len(GLOSSARY)
