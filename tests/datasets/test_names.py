"""A name is a folder's name on every system, and nothing else."""

from __future__ import annotations

import unicodedata
from pathlib import PureWindowsPath

import pytest

from imgcls.datasets import DATASETS
from imgcls.datasets.names import class_name, dataset_name, is_name, tidy
from imgcls.errors import InputError

GOOD = [
    "a",
    "cats",
    "7",
    "Rock Paper Scissors",
    "v1.2-final",
    "_x",
    "苹果和梨",
    "Äpfel",
    "x" * 64,
    "苹" * 64,
    "com",
    "console",
]
BAD = [
    *("", " ", ".", "..", ".hidden", "-x", "a/b", "a\\b", "../a", "/a", "C:", "a:b", "a*", "a?", "<b>", "a|b", 'a"b'),
    *("a\0b", "a\u202eb", "x" * 65, "end.", "🍎", "=1+1", "con", "NUL", "Com1", "lpt9.txt", "aux.", "𠀀" * 64),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_names(text):
    assert class_name(text) == text
    assert dataset_name(text) == text
    assert is_name(text)


@pytest.mark.parametrize("text", BAD)
def test_bad_names(text, tmp_path):
    assert not is_name(text)
    for check in (class_name, dataset_name):
        with pytest.raises(InputError) as refused:
            check(text)
        assert "Expected" in str(refused.value)
        assert len(str(refused.value).splitlines()) == 1
        assert "\u202e" not in str(refused.value)


@pytest.mark.parametrize("text", GOOD)
def test_a_good_name_is_a_folder(text, tmp_path):
    (tmp_path / f".{text}.removed").mkdir()
    (tmp_path / text).mkdir()
    assert (tmp_path / text).resolve().parent == tmp_path.resolve()
    assert not PureWindowsPath(text).drive


def test_names_are_tidied():
    assert class_name("  my \n cats ") == "my cats"
    assert class_name(unicodedata.normalize("NFD", "Äpfel")) == "Äpfel"
    assert not is_name("my  cats")
    assert not is_name(unicodedata.normalize("NFD", "Äpfel"))
    assert tidy("\ta \n b") == "a b"


def test_built_in_names_are_taken_in_any_spelling():
    for name in DATASETS.built_in():
        for spelling in (name, name.upper()):
            with pytest.raises(InputError, match="comes with the app"):
                dataset_name(spelling)
        assert class_name(name) == name  # a class may be called so
