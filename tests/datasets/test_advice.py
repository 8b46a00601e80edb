"""What is to be known before training, in sentences, and right about what the split then does."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import Part, split_indices
from imgcls.datasets.advice import Advice, needed, on_classes, on_sizes, on_twins
from imgcls.errors import RecipeError
from imgcls.recipe import Split


def said(counts, parts=None) -> list[str]:
    return [str(one) for one in on_classes(counts, parts or {})]


def test_nothing_to_say():
    assert said({"a": 20, "b": 100}) == []


@pytest.mark.parametrize("count", range(1, 12))
def test_what_is_needed_is_what_the_split_needs(count):
    labels = np.repeat([0, 1], [count, 50])
    try:
        split_indices(labels, Split(), 0)
    except RecipeError:
        images = "1 image" if count == 1 else f"{count} images"
        assert any(f"has {images}. At least {needed()} are needed" in text for text in said({"a": count, "b": 20}))
    else:
        assert count >= needed()
        assert f"“a” has only {count} images" in said({"a": count, "b": 20})[0]


def test_empty_classes_and_empty_data_sets():
    assert said({"a": 0, "b": 30, "c": 30}) == ["The class “a” has no images yet. It is left out until it has some."]
    assert said({}) == []
    assert len(said({"a": 0})) == 1


def test_uneven_classes():
    assert said({"a": 100, "b": 20, "c": 50}) == []
    (text,) = said({"a": 101, "b": 20, "c": 50})
    assert "“a” has 101 images, “b” only 20" in text


def test_parts_that_leave_nothing_for_one():
    whole = [Part.TRAIN] * 20 + [Part.VALIDATION] * 3 + [Part.TEST] * 3
    assert said({"a": 26, "b": 20}, {"a": whole}) == []
    (text,) = said({"a": 23, "b": 20}, {"a": whole[:23]})
    assert "“a” has 23 images, and of those none for one of training, validation and test" in text
    assert said({"a": 23, "b": 20}, {"a": [Part.NOT_TEST] * 20 + [Part.TEST] * 3}) == []


def test_small_pictures():
    assert list(on_sizes([64, 100], 64)) == []
    (text,) = map(str, on_sizes([63, 64, 8], 64))
    assert text.startswith("2 of 3 pictures are smaller than 64 × 64")


def test_twins():
    assert list(on_twins(0, 0)) == []
    assert len(list(on_twins(4, 0))) == 1
    assert len(list(on_twins(4, 1))) == 2


def test_in_another_language():
    advice = Advice("{count} pictures", {"count": 3})
    assert advice.say() == str(advice) == "3 pictures"
    assert advice.say({"{count} pictures": "{count} 张图片"}.__getitem__) == "3 张图片"
