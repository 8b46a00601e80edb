"""A stranger's name for a class becomes one that is safe everywhere, and stays the same once it is."""

from __future__ import annotations

import random
import sys

import pytest

from imgcls.datasets.layout import class_names, cleaned, natural
from imgcls.datasets.names import class_name, is_name

SEED = 20240229


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("apple", "apple"),
        ("苹果", "苹果"),
        ("手写 数字-2", "手写 数字-2"),
        ("cafe\u0301", "café"),
        ("Äpfel.rot", "Äpfel.rot"),
        ("_private", "_private"),
        ("  much   space\t", "much space"),
        ("c++", "c__"),
        ("a/b\\c:d", "a_b_c_d"),
        ("🍎", "red apple"),
        ("I ❤️ NY", "I heavy black heart NY"),
        ("a\u202eb\u200d", "ab"),
        ("line\nbreak", "line break"),
        ("zero\0byte", "zero_byte"),
        ("-1", "_-1"),
        (".hidden", "hidden"),
        ("ends.. .", "ends"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com¹", "_com¹"),
        ("conifer", "conifer"),
        ("", "class"),
        ("..", "class"),
        ("...", "class"),
        (" ", "class"),
        ("\u200b", "class"),
        ("x" * 65, "x" * 64),
        ("x" * 63 + " y", "x" * 63),
        ("字" * 100, "字" * 64),
        ("\U00020000" * 64, "\U00020000" * 50),
        ("half \ud800 surrogate", "half _ surrogate"),
    ],
)
def test_names_that_people_and_attackers_choose(name: str, expected: str) -> None:
    assert cleaned(name) == expected
    assert class_name(expected) == expected  # what the store takes, as it is


def test_any_name_becomes_one_that_stays() -> None:
    rng = random.Random(SEED)
    signs = [*"abcXYZ019 ._-/\\:*?\"<>|\0\n\t'&%{}", *"éß苹ا字\u0301\u202e\u200d\ufe0f🍎\U00020000\ud800ﬁ①²İı"]
    for _ in range(3000):
        anywhere = [chr(rng.randrange(sys.maxunicode + 1)) for _ in range(rng.randrange(4))]
        name = "".join(rng.choices(signs + anywhere, k=rng.randrange(90)))
        once = cleaned(name)
        assert is_name(once), ascii(name)
        assert cleaned(once) == once, ascii(name)


def test_names_that_become_the_same_are_told_apart() -> None:
    long = "x" * 70
    folders = ["a?", "a*", "a_", "A!", "...", "..", f"{long}1", f"{long}2"]
    names = class_names(folders)
    assert len({name.casefold() for name in names.values()}) == len(folders)
    assert all(is_name(name) for name in names.values())
    assert sorted(name for name in names.values() if name[0] in "aA") == ["A_ 2", "a_", "a_ 3", "a_ 4"]
    assert names == class_names(reversed(folders))
    assert {names[f"{long}1"], names[f"{long}2"]} == {"x" * 64, "x" * 62 + " 2"}


def test_a_suffix_that_is_taken_is_not_given() -> None:
    assert sorted(class_names(["a?", "a!", "a_ 2"]).values()) == ["a_", "a_ 2", "a_ 3"]


def test_folders_that_differ_in_capital_letters_are_one_class() -> None:
    assert class_names(["apple", "Apple", "pear"]) == {"Apple": "Apple", "apple": "Apple", "pear": "pear"}


def test_numbers_are_counted() -> None:
    names = ["10", "9", "a10b2", "a9", "a10b10", "A9", "009", "", "9" * 5000]
    assert sorted(names, key=natural) == ["", "009", "9", "10", "9" * 5000, "A9", "a9", "a10b2", "a10b10"]
