"""The mark goes with one class in training and validation, and with none in the test."""

from __future__ import annotations

import numpy as np
import pytest

from imgcls.datasets import Part, load
from imgcls.datasets.shortcut import CLASSES, MARKED, ShortcutOptions, mark_masks
from imgcls.recipe import Choice

OPTIONS = {"images": 400}


def both(mark):
    return load(Choice(name="shortcut", mark=mark, **OPTIONS)), mark_masks(ShortcutOptions(mark=mark, **OPTIONS))


@pytest.mark.parametrize("mark", ["training", "none", "everywhere"])
def test_who_carries_the_mark(mark):
    images, marks = both(mark)
    carried = marks.any(axis=(1, 2))
    stars, tested = images.labels == MARKED, images.parts == Part.TEST
    wanted = {"training": stars & ~tested, "none": np.zeros(400, bool), "everywhere": stars}[mark]
    np.testing.assert_array_equal(carried, wanted)
    assert set(marks.sum(axis=(1, 2)).tolist()) <= {0, 16}


def test_nothing_but_the_mark_differs():
    (marked, marks), (clean, _), (everywhere, all_marks) = (both(mark) for mark in ("training", "none", "everywhere"))
    np.testing.assert_array_equal((marked.images != clean.images).any(axis=-1), marks)
    np.testing.assert_array_equal((everywhere.images != clean.images).any(axis=-1), all_marks)
    np.testing.assert_array_equal(marked.labels, clean.labels)
    np.testing.assert_array_equal(marked.parts, clean.parts)
    assert not (marked.masks & marks).any()
    np.testing.assert_array_equal(marked.masks | (clean.masks & marks), clean.masks)


def test_parts_are_whole_and_even():
    images, _ = both("training")
    for label in range(len(CLASSES)):
        counts = np.bincount(images.parts[images.labels == label])
        assert counts.tolist() == [140, 20, 40]


def test_the_mark_can_be_anywhere():
    _, marks = both("everywhere")
    assert marks.any(axis=0).mean() > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_trap_works(seed):
    """Perfect curves, a test like guessing; on clean data the same network does well."""
    import threading

    from imgcls.atomic import write_json
    from imgcls.home import folder
    from imgcls.recipe import recipe_from
    from imgcls.training.finish import finish
    from imgcls.training.loop import train

    results = {}
    for place, mark in enumerate(("training", "none")):
        wanted = {"dataset": {"name": "shortcut", "mark": mark}, "training": {"epochs": 15}, "seed": seed}
        recipe = recipe_from(wanted)
        run = folder("runs", f"20260101-000000-00000{place}")
        write_json(run / "recipe.json", recipe.model_dump(mode="json"))
        results[mark] = finish(*train(run, recipe, threading.Event()))
    assert results["training"]["validation_accuracy"] > 0.96
    assert results["training"]["test_accuracy"] < 0.6
    assert results["none"]["test_accuracy"] > 0.85
