"""Corrections lie over the data: they can be taken back, and a recipe keeps the ones it was trained with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from imgcls.datasets import DATASETS, load, split_indices
from imgcls.datasets.corrections import (
    Correction,
    can_undo,
    correct,
    corrected,
    current_corrections,
    damage,
    read_corrections,
    undo,
)
from imgcls.errors import DatasetError, RecipeError, UnknownNameError
from imgcls.home import folder
from imgcls.recipe import Choice, Recipe, Split, recipe_from
from imgcls.training.check import check_recipe
from imgcls.training.data import run_data

BARS = Choice(name="bars")
pytestmark = pytest.mark.usefixtures("bars")


def test_nothing_is_corrected_at_first():
    assert current_corrections(BARS).identifier() == ""
    assert can_undo(BARS) == (False, False)
    assert undo(BARS).images == {}


def test_relabel_drop_move_and_back():
    first = correct(BARS, {"3": Correction(label="right")})
    second = correct(BARS, {"7": Correction(dropped=True), "9": Correction(part="test")})
    assert second.images.keys() == {"3", "7", "9"}
    assert current_corrections(BARS) == second
    assert can_undo(BARS) == (True, False)
    assert undo(BARS) == first
    assert can_undo(BARS) == (True, True)
    assert undo(BARS).images == {}
    assert undo(BARS, -2) == second
    assert undo(BARS) == first
    third = correct(BARS, {"3": Correction()})  # as it was
    assert third.images == {}
    assert can_undo(BARS) == (True, False)
    # what a recipe named is still there
    assert read_corrections(second.identifier(), BARS) == second


def test_only_what_is_corrected_moves():
    images = load(BARS)
    parts = split_indices(images.labels, Split(), 0)
    moved, dropped, relabelled = parts.train[0], parts.train[1], parts.train[2]
    corrections = correct(
        BARS,
        {
            str(moved): Correction(part="test"),
            str(dropped): Correction(dropped=True),
            str(relabelled): Correction(label="right"),
            "no such key": Correction(dropped=True),
        },
    )
    labels, found = corrected(images, parts, corrections)
    np.testing.assert_array_equal(found.train, np.setdiff1d(parts.train, [moved, dropped]))
    np.testing.assert_array_equal(found.test, np.union1d(parts.test, [moved]))
    np.testing.assert_array_equal(found.validation, parts.validation)
    assert labels[relabelled] == 2
    changed = labels != images.labels
    assert changed.sum() == int(images.labels[relabelled] != 2)


def test_a_run_trains_on_the_corrected_and_tests_on_the_rest():
    recipe = Recipe(dataset=BARS)
    plain = run_data(recipe)
    key = plain.train.key(0)
    mended = recipe.model_copy(update={"corrections": correct(BARS, {key: Correction(dropped=True)}).identifier()})
    data = run_data(mended)
    assert len(data.train) == len(plain.train) - 1
    assert data.train.keys == plain.train.keys[1:]
    np.testing.assert_array_equal(data.test_indices, plain.test_indices)
    assert mended.hash() != recipe.hash()
    check_recipe(mended)


def test_keys_stay_with_their_images():
    whole = load(BARS)
    taken = whole.take(np.array([5, 2])).take(np.array([1]))
    assert taken.keys == ("2",)
    np.testing.assert_array_equal(taken.images[0], whole.images[2])


def test_what_cannot_be_found_is_refused_before_there_is_a_run():
    for name in ("0123456789ab", correct(BARS, {"1": Correction(dropped=True)}).identifier()):
        with pytest.raises(UnknownNameError, match=f"no corrections “{name}” for the data set mnist-5k"):
            check_recipe(Recipe(corrections=name))
    with pytest.raises(RecipeError, match="corrections"):
        recipe_from({"corrections": "../../etc"})


def history() -> Path:
    (found,) = folder("corrections").glob("now-*.json")
    return found


def test_damaged_files_are_no_corrections_and_that_is_told():
    first = correct(BARS, {"1": Correction(dropped=True)}).identifier()
    assert damage(BARS) is None
    second = correct(BARS, {"2": Correction(dropped=True)}).identifier()
    path = folder("corrections") / f"{second}.json"
    path.write_text('{"dataset": 3}')
    assert current_corrections(BARS).images == {}
    assert str(damage(BARS)).startswith(f"The file {path} is damaged or gone, so that no corrections")
    with pytest.raises(DatasetError, match=f"“{second}” of the data set bars cannot be applied: the file {path} is"):
        read_corrections(second, BARS)
    assert undo(BARS).identifier() == first, "those before it are there"
    assert damage(BARS) is None
    history().write_text("[")
    assert can_undo(BARS) == (False, False)
    assert str(damage(BARS)).startswith(f"The file {history()} is damaged, so that no corrections")
    path.unlink()
    history().unlink()
    assert damage(BARS) is None, "nothing was corrected yet"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"ids": [], "place": 0}',
        '{"ids": [""], "place": 1}',
        '{"ids": [""], "place": true}',
        '{"ids": ["../x"], "place": 0}',
        '{"ids": [7], "place": 0}',
        "[" * 100_000,
    ],
)
def test_a_damaged_list_is_put_aside_before_a_new_one_begins(text):
    correct(BARS, {"1": Correction(dropped=True)})
    for times in (1, 2):
        history().write_text(text)
        assert damage(BARS) is not None
        assert undo(BARS).images == {}, "there is no step that could be taken back"
        assert history().read_text() == text, "to look is not to write"
        assert correct(BARS, {"2": Correction(dropped=True)}).images.keys() == {"2"}
        assert damage(BARS) is None
        assert can_undo(BARS) == (True, False)
        kept = sorted(folder("corrections").glob("*.damaged-*"))
        assert [path.read_text() for path in kept] == [text] * times


def test_a_damaged_set_is_put_aside_before_it_is_written_again():
    identifier = correct(BARS, {"1": Correction(dropped=True)}).identifier()
    path = folder("corrections") / f"{identifier}.json"
    path.write_text("half a fi")
    assert correct(BARS, {"1": Correction(dropped=True)}).identifier() == identifier
    assert read_corrections(identifier, BARS).images.keys() == {"1"}
    (kept,) = folder("corrections").glob("*.damaged-*")
    assert kept.read_text() == "half a fi"
    assert damage(BARS) is None


def test_a_set_that_somebody_changed_is_not_the_one_that_a_recipe_names():
    identifier = correct(BARS, {"1": Correction(label="left")}).identifier()
    path = folder("corrections") / f"{identifier}.json"
    path.write_text(path.read_text().replace("left", "right"))
    recipe = Recipe(dataset=BARS, corrections=identifier)
    with pytest.raises(DatasetError, match="no longer what was stored under that name"):
        check_recipe(recipe)
    assert str(damage(BARS)).startswith(f"The file {path} is damaged or gone")
    path.unlink()
    with pytest.raises(UnknownNameError, match=f"no corrections “{identifier}” for the data set bars"):
        check_recipe(recipe)


def test_a_class_that_is_corrected_away_is_refused():
    images = load(BARS)
    everything = {str(place): Correction(label="left") for place in np.flatnonzero(images.labels == 2)}
    recipe = Recipe(dataset=BARS, corrections=correct(BARS, everything).identifier())
    with pytest.raises(RecipeError, match="Received none of: right"):
        run_data(recipe)


def test_several_at_once_lose_nothing():
    threads = [Thread(target=correct, args=(BARS, {str(n): Correction(dropped=True)})) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(current_corrections(BARS).images) == 12


def test_options_matter_for_made_images_and_not_for_own_ones(bars, monkeypatch):
    own = replace(bars, name="mine", is_own=True)
    monkeypatch.setitem(DATASETS._entries, "mine", own)
    correct(Choice(name="mine", side=32), {"a/1.png": Correction(dropped=True)})
    assert current_corrections(Choice(name="mine", side=64)).images.keys() == {"a/1.png"}
    correct(Choice(name="bars", seed=1), {"1": Correction(dropped=True)})
    assert current_corrections(BARS).images == {}
