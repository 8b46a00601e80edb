"""What somebody sees of a data set is what a run makes of it, and what they change is what a run then gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imgcls.datasets import Facts, Part, load, split_indices
from imgcls.datasets.corrections import Correction, Corrections, correct, current_corrections
from imgcls.datasets.look import (
    NOWHERE,
    Look,
    as_stored,
    chosen,
    drawn_by_us,
    left_out,
    look,
    moved,
    relabelled,
)
from imgcls.recipe import Choice, Recipe, Split
from imgcls.training.data import run_data

BARS = Choice(name="bars")
pytestmark = pytest.mark.usefixtures("bars")


def seen(noise: float = 0.0) -> Look:
    images = load(BARS)
    return look(images, split_indices(images.labels, Split(), 0), current_corrections(BARS), noise, 0)


def in_part(part: Part, count: int = 1) -> np.ndarray:
    return chosen(seen(), part)[:count]


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_it_is_what_a_run_gets(noise: float) -> None:
    correct(BARS, relabelled(seen(), in_part(Part.TRAIN, 3), "middle"))
    correct(BARS, left_out(seen(), in_part(Part.TRAIN, 5)[3:]))
    correct(BARS, moved(seen(), in_part(Part.TEST, 2), "train"))
    data = run_data(Recipe(dataset=BARS, corrections=current_corrections(BARS).identifier(), label_noise=noise))
    look_now = seen(noise)
    for part, made in ((Part.TRAIN, data.train), (Part.VALIDATION, data.validation), (Part.TEST, data.test)):
        places = chosen(look_now, part)
        np.testing.assert_array_equal(look_now.images.images[places], made.images)
        np.testing.assert_array_equal(look_now.told[places], made.labels)
    np.testing.assert_array_equal(look_now.split.test, data.test_indices)
    assert look_now.flipped.sum() == round(noise * len(data.train))
    assert not look_now.flipped[look_now.parts != Part.TRAIN].any()


def test_noise_taken_back_is_gone() -> None:
    assert seen(0.6).flipped.any()
    np.testing.assert_array_equal(seen(0.0).told, load(BARS).labels)


def test_relabelled_to_what_is_stored_is_no_correction() -> None:
    place = in_part(Part.TRAIN)
    name = load(BARS).class_names[load(BARS).labels[place[0]]]
    correct(BARS, relabelled(seen(), place, "right" if name != "right" else "left"))
    assert seen().labels[place[0]] != load(BARS).labels[place[0]]
    correct(BARS, relabelled(seen(), place, name))
    assert current_corrections(BARS).images == {}


def test_moved_to_where_it_is_drawn_is_no_correction() -> None:
    place = in_part(Part.TEST)
    assert moved(seen(), place, "test") == {str(place[0]): Correction()}
    correct(BARS, moved(seen(), place, "validation"))
    assert seen().parts[place[0]] == Part.VALIDATION
    assert seen().drawn[place[0]] == Part.TEST
    correct(BARS, moved(seen(), place, "test"))
    assert current_corrections(BARS).images == {}


def test_one_correction_keeps_the_other() -> None:
    place = in_part(Part.TRAIN)
    correct(BARS, relabelled(seen(), place, "right"))
    correct(BARS, moved(seen(), place, "test"))
    assert seen().corrections[int(place[0])] == Correction(label="right", part="test")
    correct(BARS, left_out(seen(), place))
    assert seen().corrections[int(place[0])] == Correction(label="right", part="test", dropped=True)
    assert seen().dropped[place[0]]
    assert seen().parts[place[0]] == NOWHERE
    correct(BARS, moved(seen(), place, "validation"))  # moving brings it back
    assert seen().parts[place[0]] == Part.VALIDATION
    correct(BARS, as_stored(seen(), place))
    assert current_corrections(BARS).images == {}


def test_filters_together() -> None:
    at = in_part(Part.TRAIN, 4)
    correct(BARS, relabelled(seen(), at, "right"))
    found = chosen(seen(), Part.TRAIN, 2, "corrected")
    assert found.tolist() == at.tolist()
    assert chosen(seen(), Part.TEST, 2, "corrected").size == 0
    assert set(chosen(seen(), None, 0)) == set(np.flatnonzero(seen().labels == 0))
    flipped = chosen(seen(0.2), only="flipped")
    assert len(flipped) == round(0.2 * (seen().parts == Part.TRAIN).sum())
    assert (seen().parts[flipped] == Part.TRAIN).all()


def test_classes_in_turn() -> None:
    order = chosen(seen(), order="turns")
    assert sorted(order) == list(range(150))
    assert seen().labels[order].tolist() == [0, 1, 2] * 50
    for label in range(3):
        assert np.all(np.diff(order[seen().labels[order] == label]) > 0)


def test_an_image_stays_in_its_place_while_it_is_corrected() -> None:
    before = chosen(seen(), order="turns")
    correct(BARS, relabelled(seen(), before[:5], "right"))
    np.testing.assert_array_equal(chosen(seen(), order="turns"), before)


def test_uneven_classes_in_turn() -> None:
    images = replace(load(BARS), labels=np.array([0] * 3 + [1] * 146 + [2]))
    turns = chosen(look(images, None, Corrections(dataset=BARS)), order="turns")
    assert images.labels[turns[:8]].tolist() == [0, 1, 2, 0, 1, 0, 1, 1]


def test_the_most_unlike_come_first() -> None:
    far = np.arange(150) % 7
    order = chosen(seen(), Part.TEST, order="unlike", unlike=far.astype(float))
    assert np.all(np.diff(far[order]) <= 0)
    assert set(order) == set(chosen(seen(), Part.TEST))


def test_without_a_division_all_images_are_nowhere() -> None:
    whole = look(load(BARS), None, Corrections(dataset=BARS), 0.5)
    assert (whole.parts == NOWHERE).all()
    assert not whole.flipped.any()
    assert len(chosen(whole)) == 150


def test_corrections_of_images_that_are_gone_are_passed_over() -> None:
    correct(BARS, {"9999": Correction(dropped=True), "3": Correction(label="right")})
    assert list(seen().corrections) == [3]


def test_images_with_names_are_corrected_by_name() -> None:
    images = replace(load(BARS), keys=tuple(f"a/{place}.png" for place in range(150)))
    some = look(images, split_indices(images.labels, Split(), 0), Corrections(dataset=BARS))
    assert left_out(some, np.array([4])) == {"a/4.png": Correction(dropped=True)}


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        ((0, 0, 0, 0), (True, True)),
        ((0, 0, 30, 70), (True, False)),
        ((50, 20, 30, 0), (False, False)),
        ((0, 0, 30, 0), (True, True)),
    ],
)
def test_which_shares_decide_anything(fixed: tuple[int, int, int, int], expected: tuple[bool, bool]) -> None:
    assert drawn_by_us(Facts((8, 8, 1), ("a", "b"), 100, fixed=fixed)) == expected


def test_nothing_of_the_data_set_is_changed() -> None:
    images = load(BARS)
    before = (images.images.copy(), images.labels.copy())
    correct(BARS, relabelled(seen(), np.arange(20), "right"))
    seen(0.5)
    np.testing.assert_array_equal(images.images, before[0])
    np.testing.assert_array_equal(images.labels, before[1])
